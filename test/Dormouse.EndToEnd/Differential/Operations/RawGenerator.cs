using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Operations;

/// <summary>SQL of the user's own, with parameters of every type.</summary>
internal sealed class RawGenerator(GenerationContext context)
{
    private static readonly string[] Expressions =
    [
        "1::int2",
        "1::int8",
        "1.5::float4",
        "0.1::float8",
        "1.10::numeric",
        "'a'::char(3)",
        "'t'::text",
        "true",
        "'2020-01-02'::date",
        "'10:11:12.123'::time",
        "'2020-01-02 03:04:05.678'::timestamp",
        "'2020-01-02 03:04:05+02'::timestamptz",
        "'\\xDEAD'::bytea",
        "'{\"a\": [1, null]}'::jsonb",
        "'00000000-0000-4000-8000-000000000001'::uuid",
        "'127.0.0.1'::inet",
        "ARRAY[1,2]::int4[]",
        "ARRAY['a',NULL]::text[]",
        "ARRAY[1.5]::numeric[]",
        "ARRAY['2020-01-02 03:04:05'::timestamp]",
        "null::int",
        "''::text",
    ];

    private static readonly (string Type, string Json)[] Parameters =
    [
        ("int", "7"),
        ("bigint", "{\"prisma__type\":\"bigint\",\"prisma__value\":\"9007199254740993\"}"),
        ("text", "\"it's $1\""),
        ("float8", "1.5"),
        ("numeric", "{\"prisma__type\":\"decimal\",\"prisma__value\":\"1.25\"}"),
        ("bool", "true"),
        ("timestamptz", "{\"prisma__type\":\"date\",\"prisma__value\":\"2020-01-01T00:00:00.123Z\"}"),
        ("timestamp", "{\"prisma__type\":\"date\",\"prisma__value\":\"2020-01-01T00:00:00.000Z\"}"),
        ("bytea", "{\"prisma__type\":\"bytes\",\"prisma__value\":\"aGVsbG8=\"}"),
        ("text", "null"),
        ("jsonb", "{\"a\":[1,\"x\"]}"),
        ("int[]", "[1,2]"),
        ("text[]", "[\"a\",\"b\"]"),
    ];

    private readonly Dice dice = context.Dice;

    public JsonObject Query() =>
        dice.Below(4) switch
        {
            0 => Raw("queryRaw", $"SELECT {string.Join(", ", dice.Some(Expressions, 1, 4).Select((one, i) => $"{one} AS c{i}"))}", []),
            1 => OfParameters(),
            2 => Raw("queryRaw", dice.Pick(["SELEC 1", "SELECT * FROM nowhere", "SELECT 1/0", "SELECT 'a'::int", "SELECT $1::int"]), []),
            _ => OfTable(),
        };

    public JsonObject Execute()
    {
        ModelBlueprint model = dice.Pick(context.Schema.Tables);
        FieldBlueprint[] numbers = [.. model.Visible.Where(field => field is { Kind: ScalarKind.Int, IsList: false, IsUnique: false })];
        FieldBlueprint[] free =
        [
            .. numbers.Where(field => !model.Id.Fields.Contains(field.Name) && !context.Schema.KeysOf(model.Name).Contains(field.Name)),
        ];
        string sql =
            free.Length > 0 ? $"UPDATE {model.SqlName} SET \"{free[0].StoredName}\" = $1" : $"DELETE FROM {model.SqlName} WHERE $1 = 6";
        return Raw("executeRaw", sql, ["5"]);
    }

    private JsonObject OfParameters()
    {
        IReadOnlyList<(string Type, string Json)> chosen = dice.Some(Parameters, 1, 4);
        IEnumerable<string> columns = chosen.Select((parameter, i) => $"${i + 1}::{parameter.Type} AS p{i}");
        return Raw("queryRaw", $"SELECT {string.Join(", ", columns)}", [.. chosen.Select(parameter => parameter.Json)]);
    }

    private JsonObject OfTable()
    {
        ModelBlueprint model = dice.Pick(context.Schema.Models);
        string order = string.Join(", ", model.Id.Fields.Select(field => $"\"{model.Field(field).StoredName}\""));
        return Raw("queryRaw", $"SELECT * FROM {model.SqlName} ORDER BY {order} LIMIT $1", [dice.Pick(["1", "3", "100"])]);
    }

    private static JsonObject Raw(string action, string sql, string[] parameters)
    {
        JsonObject arguments = new() { ["query"] = sql, ["parameters"] = $"[{string.Join(',', parameters)}]" };
        return new JsonObject
        {
            ["action"] = action,
            ["query"] = new JsonObject { ["arguments"] = arguments, ["selection"] = new JsonObject() },
        };
    }
}
