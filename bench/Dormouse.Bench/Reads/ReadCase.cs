using System.Globalization;
using System.Text;
using Dormouse.Query.Reads;

namespace Dormouse.Bench.Reads;

/// <summary>A read of so many records, their parents, with relations.</summary>
/// <param name="Selection">What is selected beside the scalars.</param>
/// <param name="Parents">The sizes in which it is asked.</param>
internal sealed record ReadCase(string Name, string Model, int Records, string Selection, int[] Parents)
{
    private const string All = "\"$composites\":true,\"$scalars\":true";
    private static readonly int[] Sizes = [1, 50, 500];

    /// <summary>Records without any relation.</summary>
    public static readonly ReadCase Alone = new("alone", "User", 2_000, "\"id\":true", Sizes);

    public static readonly ReadCase[] Indexed =
    [
        new("to_one", "Post", 10_000, ToOne("author"), Sizes),
        new("to_many", "User", 2_000, Relation("posts", All), Sizes),
        new("two_levels", "User", 2_000, Relation("posts", $"{All},{Relation("comments", All)}"), Sizes),
        new("many_to_many", "Post", 10_000, Relation("tags", All), Sizes),
    ];

    /// <summary>A relation whose foreign key has no index: beyond this size one query takes longer than a round.</summary>
    public static readonly ReadCase Unindexed = new("unindexed", "User", 2_000, Relation("notes", All), [1, 50]);

    /// <summary>The sizes of the cases with indexes, and null for all of them together.</summary>
    public static IEnumerable<int?> Scales => [null, .. Sizes.Select(size => (int?)size)];

    /// <summary>The query as a client sends it; another page of the table for each number.</summary>
    public byte[] Query(ReadStrategy strategy, int parents, int number)
    {
        int first = 1 + (int)((uint)number * 2654435761 % (uint)(Records - parents + 1));
        string word = strategy == ReadStrategy.Joined ? "join" : "query";
        string arguments = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""
            "where":{"id":{"gte":{{{first}}} } },"orderBy":{"id":"asc"},"take":{{{parents}}},"relationLoadStrategy":"{{{word}}}"
            """
        );
        return Encoding.UTF8.GetBytes(
            $$$"""
            {"modelName":"{{{Model}}}","action":"findMany","query":{"arguments":{ {{{arguments}}} },"selection":{ {{{All}}},{{{Selection}}} } } }
            """
        );
    }

    private static string ToOne(string name) =>
        $$$"""
            "{{{name}}}":{"arguments":{},"selection":{ {{{All}}} }}
            """;

    private static string Relation(string name, string selection) =>
        $$$"""
            "{{{name}}}":{"arguments":{"orderBy":{"id":"asc"}},"selection":{ {{{selection}}} }}
            """;
}
