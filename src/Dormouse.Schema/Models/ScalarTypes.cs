using System.Collections.Frozen;

namespace Dormouse.Schema.Models;

/// <summary>The names of the scalar types.</summary>
public static class ScalarTypes
{
    private static readonly string[] NamesInOrder = Enum.GetNames<ScalarType>();

    private static readonly FrozenDictionary<string, ScalarType> ByName = Enum.GetValues<ScalarType>()
        .ToFrozenDictionary(type => NamesInOrder[(int)type]);

    public static IReadOnlyList<string> Names => NamesInOrder;

    public static string Name(ScalarType type) => NamesInOrder[(int)type];

    public static bool TryParse(string name, out ScalarType type) => ByName.TryGetValue(name, out type);
}
