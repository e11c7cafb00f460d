using Dormouse.EndToEnd.Differential.Rows;
using Dormouse.EndToEnd.Differential.Schemas;
using Dormouse.EndToEnd.Differential.Values;

namespace Dormouse.EndToEnd.Differential.Hostile;

/// <summary>A model with a field for each place into which a text can be put, and one that is related to it.</summary>
internal static class HostileSchema
{
    public static readonly SchemaBlueprint Schema = new(
        [new EnumBlueprint("Mood", [("GOOD", "good"), ("BAD", "it's bad")], null, null)],
        [
            new ModelBlueprint(
                "Thing",
                "the thing's",
                null,
                [
                    new FieldBlueprint("id", ScalarKind.Int),
                    new FieldBlueprint("name", ScalarKind.String) { IsUnique = true, Column = "na\\me" },
                    new FieldBlueprint("title", ScalarKind.String) { IsRequired = false },
                    new FieldBlueprint("words", ScalarKind.String) { IsList = true },
                    new FieldBlueprint("doc", ScalarKind.Json) { IsRequired = false },
                    new FieldBlueprint("mood", ScalarKind.Enum) { EnumName = "Mood", IsRequired = false },
                    new FieldBlueprint("uid", ScalarKind.String) { Native = "Uuid", IsRequired = false },
                    new FieldBlueprint("at", ScalarKind.DateTime) { IsRequired = false },
                    new FieldBlueprint("price", ScalarKind.Decimal) { IsRequired = false },
                    new FieldBlueprint("big", ScalarKind.BigInt) { IsRequired = false },
                    new FieldBlueprint("data", ScalarKind.Bytes) { IsRequired = false },
                    new FieldBlueprint("count", ScalarKind.Int) { IsRequired = false },
                ],
                new KeyBlueprint(["id"], null),
                [new KeyBlueprint(["title", "count"], null)]
            ),
            new ModelBlueprint(
                "Owner",
                null,
                null,
                [new FieldBlueprint("id", ScalarKind.String), new FieldBlueprint("thing_name", ScalarKind.String) { IsRequired = false }],
                new KeyBlueprint(["id"], null),
                []
            ),
        ],
        [
            new RelationBlueprint(
                "Owned",
                RelationKind.OneToMany,
                "Owner",
                "thing",
                ["thing_name"],
                "Thing",
                "owners",
                ["name"],
                false,
                null,
                null
            ),
        ],
        ["fullTextSearchPostgres"]
    );

    public static readonly RowSet Rows = new(
        [
            Thing(1, "a", "hello world", "{\"x\",\"it's\"}", "{\"a\":{\"b\":\"x\"},\"it's\":[\"q\"]}"),
            Thing(2, "it's", "a_b%", "{}", "\"text\""),
            Thing(3, "c:\\d", null, "{\"\"}", null),
            Thing(4, "$1", "\"q\"", "{\"$1\"}", "[\"x\", null]"),
            Owner("o'1", "it's"),
            Owner("o2", null),
        ],
        []
    );

    private static Row Thing(int id, string name, string? title, string words, string? doc) =>
        new(
            "Thing",
            new Dictionary<string, Value>
            {
                ["id"] = Stored(id.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                ["name"] = Stored(name),
                ["title"] = Stored(title),
                ["words"] = Stored(words),
                ["doc"] = Stored(doc),
                ["count"] = Stored("1"),
                ["mood"] = Stored(id == 1 ? "good" : null),
            }
        );

    private static Row Owner(string id, string? thing) =>
        new("Owner", new Dictionary<string, Value> { ["id"] = Stored(id), ["thing_name"] = Stored(thing) });

    // Only the rows' script reads these.
    private static Value Stored(string? text) => new(text, "null");
}
