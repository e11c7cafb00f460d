using System.Collections.Frozen;

namespace Dormouse.Schema.Models;

/// <summary>The operator classes that the language has words for, with the access methods that they belong to.</summary>
internal static class OperatorClasses
{
    private static readonly FrozenDictionary<string, IndexAlgorithm[]> Known = Build();

    public static IEnumerable<string> Names => Known.Keys;

    public static bool IsKnown(string name) => Known.ContainsKey(name);

    public static bool Supports(string name, IndexAlgorithm algorithm) => Known[name].Contains(algorithm);

    private static FrozenDictionary<string, IndexAlgorithm[]> Build()
    {
        Dictionary<string, IndexAlgorithm[]> known = new()
        {
            ["InetOps"] = [IndexAlgorithm.Gist, IndexAlgorithm.SpGist],
            ["JsonbOps"] = [IndexAlgorithm.Gin],
            ["JsonbPathOps"] = [IndexAlgorithm.Gin],
            ["ArrayOps"] = [IndexAlgorithm.Gin],
            ["TextOps"] = [IndexAlgorithm.SpGist],
            ["InetInclusionOps"] = [IndexAlgorithm.Brin],
        };
        string[] minMaxOnly = ["Bit", "VarBit"];
        string[] withoutMulti = ["Bpchar", "Bytea", "Text"];
        string[] all =
        [
            "Date",
            "Float4",
            "Float8",
            "Inet",
            "Int2",
            "Int4",
            "Int8",
            "Numeric",
            "Oid",
            "Timestamp",
            "TimestampTz",
            "Time",
            "TimeTz",
            "Uuid",
        ];
        foreach (string type in (string[])[.. minMaxOnly, .. withoutMulti, .. all])
        {
            known[type + "MinMaxOps"] = [IndexAlgorithm.Brin];
        }
        foreach (string type in (string[])[.. withoutMulti, .. all])
        {
            known[type + "BloomOps"] = [IndexAlgorithm.Brin];
        }
        foreach (string type in all)
        {
            known[type + "MinMaxMultiOps"] = [IndexAlgorithm.Brin];
        }
        return known.ToFrozenDictionary();
    }
}
