using Dormouse.EndToEnd.Differential.Values;

namespace Dormouse.EndToEnd.Differential.Schemas;

/// <summary>Makes scalar fields: of every type and native type, lists, with defaults, names of columns and uniqueness.</summary>
internal sealed class FieldGenerator(Dice dice, IReadOnlyList<EnumBlueprint> enums)
{
    private static readonly ScalarKind[] Kinds =
    [
        ScalarKind.Int,
        ScalarKind.Int,
        ScalarKind.BigInt,
        ScalarKind.Float,
        ScalarKind.Decimal,
        ScalarKind.Boolean,
        ScalarKind.String,
        ScalarKind.String,
        ScalarKind.String,
        ScalarKind.DateTime,
        ScalarKind.DateTime,
        ScalarKind.Json,
        ScalarKind.Bytes,
        ScalarKind.Enum,
    ];

    private static readonly Dictionary<ScalarKind, string[]> Natives = new()
    {
        [ScalarKind.Int] = ["SmallInt", "Integer"],
        [ScalarKind.BigInt] = ["BigInt"],
        [ScalarKind.Float] = ["Real", "DoublePrecision"],
        [ScalarKind.Decimal] = ["Decimal(10, 2)", "Decimal(30, 0)"],
        [ScalarKind.Boolean] = ["Boolean"],
        [ScalarKind.String] = ["VarChar(20)", "Uuid", "Uuid", "Char(3)", "Text", "Inet", "Bit(3)", "VarBit", "Xml"],
        [ScalarKind.DateTime] = ["Timestamp(6)", "Timestamptz(3)", "Timestamptz(6)", "Date", "Time(3)", "Timetz(3)"],
        [ScalarKind.Json] = ["Json", "JsonB"],
        [ScalarKind.Bytes] = ["ByteA"],
    };

    // Words that mean something to filters and writes must still be free to be names.
    private static readonly string[] TellingNames = ["equals", "set", "path", "data", "count", "every", "mode", "where", "type"];

    private static readonly string[] Columns = ["the {0}", "{0}-ß", "{0}☃", "SELECT_{0}", "{0}.x", "it's {0}", "{0}_"];

    /// <summary>A field for values.</summary>
    public FieldBlueprint Next(string name)
    {
        ScalarKind kind = Kind();
        FieldBlueprint field = new(dice.OneIn(12) ? $"{dice.Pick(TellingNames)}{name[1..]}" : name, kind)
        {
            EnumName = kind == ScalarKind.Enum ? dice.Pick(enums).Name : null,
            Native = Natives.TryGetValue(kind, out string[]? natives) && dice.OneIn(3) ? dice.Pick(natives) : "",
            Column = dice.OneIn(5) ? string.Format(null, dice.Pick(Columns), name) : null,
        };
        field = dice.Below(10) switch
        {
            0 or 1 => field with { IsList = true },
            2 or 3 or 4 or 5 => field with { IsRequired = false },
            _ => field,
        };
        if (dice.OneIn(3))
        {
            field = WithDefault(field);
        }
        if (field.Default is null && field is { MayBeKey: true, Kind: not (ScalarKind.Boolean or ScalarKind.Enum) } && dice.OneIn(8))
        {
            field = field with { IsUnique = true };
        }
        return field;
    }

    /// <summary>A field of a type that the schema language has no name for; where it must have a value nobody can make a record.</summary>
    public FieldBlueprint NextUnsupported()
    {
        string type = dice.Pick(["circle", "interval", "tsvector", "int4range"]);
        FieldBlueprint field = new("unnamed", ScalarKind.String) { Unsupported = type, IsRequired = dice.OneIn(3) };
        return dice.OneIn(3) ? field with { Default = $"dbgenerated(\"'{ValueGenerator.Unsupported(type)}'::{type}\")" } : field;
    }

    /// <summary>The one field of a primary key.</summary>
    public FieldBlueprint NextId()
    {
        FieldBlueprint Text(string? value, string native = "") => new("id", ScalarKind.String) { Default = value, Native = native };
        FieldBlueprint id = dice.Below(16) switch
        {
            < 6 => new FieldBlueprint("id", ScalarKind.Int) { Default = "autoincrement()" },
            6 => new FieldBlueprint("id", ScalarKind.Int),
            7 => new FieldBlueprint("id", ScalarKind.BigInt) { Default = "autoincrement()" },
            8 => Text("cuid()"),
            9 => Text(dice.Pick(["cuid(2)", "nanoid()", "ulid()", "nanoid(30)"])),
            10 => Text(dice.Pick(["uuid()", "uuid(7)"])),
            11 => Text(dice.Pick(["uuid()", "dbgenerated(\"gen_random_uuid()\")"]), "Uuid"),
            12 => Text(null, dice.Pick(["", "VarChar(20)"])),
            13 => new FieldBlueprint("id", ScalarKind.DateTime),
            14 => new FieldBlueprint("id", ScalarKind.Decimal),
            _ => new FieldBlueprint("id", ScalarKind.Bytes),
        };
        return dice.OneIn(5) ? id with { Column = "the_id" } : id;
    }

    /// <summary>A field for a primary key of several.</summary>
    public FieldBlueprint NextKeyPart(string name) =>
        new(name, dice.Pick([ScalarKind.Int, ScalarKind.String, ScalarKind.Int, ScalarKind.BigInt, ScalarKind.DateTime]));

    private ScalarKind Kind()
    {
        ScalarKind kind = dice.Pick(Kinds);
        return kind == ScalarKind.Enum && enums.Count == 0 ? ScalarKind.Int : kind;
    }

    private FieldBlueprint WithDefault(FieldBlueprint field) =>
        (field.Kind, field.NativeName) switch
        {
            (ScalarKind.DateTime, "" or "Timestamp" or "Timestamptz") when !field.IsList => dice.OneIn(2) && field.IsRequired
                ? field with
                {
                    IsUpdatedAt = true,
                }
                : field with
                {
                    Default = "now()",
                },
            (ScalarKind.String, "Uuid") when !field.IsList => field with { Default = dice.Pick(["uuid()", "uuid(7)"]) },
            (_, "Uuid" or "Inet" or "Bit" or "VarBit" or "Xml" or "Date" or "Time" or "Timetz") => field,
            _ => field with { Default = field.IsList ? $"[{string.Join(", ", Literals(field))}]" : Literal(field) },
        };

    private string[] Literals(FieldBlueprint field) => [.. Enumerable.Range(0, dice.Below(3)).Select(_ => Literal(field))];

    private string Literal(FieldBlueprint field) =>
        field.Kind switch
        {
            ScalarKind.Int => dice.Pick(["0", "7", "-3"]),
            ScalarKind.BigInt => dice.Pick(["0", "9007199254740993", "-5"]),
            ScalarKind.Float => dice.Pick(["0", "1.5", "-2.25"]),
            ScalarKind.Decimal => dice.Pick(["0", "12.5", "-2"]),
            ScalarKind.Boolean => dice.Pick(["true", "false"]),
            ScalarKind.String => field.NativeName == "Char"
                ? "\"xy\""
                : dice.Pick(["\"\"", "\"plain\"", "\"it's\"", "\"a \\\"b\\\"\"", "\"c:\\\\d\"", "\"é☃\""]),
            ScalarKind.DateTime => "\"2020-02-29T12:34:56Z\"",
            ScalarKind.Json => dice.Pick(["\"{}\"", "\"[1, \\\"it's\\\"]\"", "\"{\\\"a\\\": {\\\"b\\\": null}}\""]),
            ScalarKind.Bytes => dice.Pick(["\"\"", "\"aGVsbG8=\""]),
            _ => enums.Single(one => one.Name == field.EnumName).Values[0].Name,
        };
}
