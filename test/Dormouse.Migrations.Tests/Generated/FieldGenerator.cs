namespace Dormouse.Migrations.Tests.Generated;

/// <summary>Makes scalar fields of every type, with native types, defaults and names of columns.</summary>
internal sealed class FieldGenerator(Random random, IReadOnlyList<string> enums)
{
    private static readonly Dictionary<string, string[]> NativeTypes = new()
    {
        ["Int"] = ["", "Integer", "SmallInt", "Oid"],
        ["BigInt"] = ["", "BigInt"],
        ["Float"] = ["", "Real", "DoublePrecision"],
        ["Decimal"] = ["", "Decimal(12, 3)", "Decimal", "Money"],
        ["Boolean"] = ["", "Boolean"],
        ["String"] = ["", "Text", "VarChar", "VarChar(40)", "Char(40)", "Char", "Inet", "Uuid", "Xml", "Bit(3)", "VarBit", "VarBit(5)"],
        ["DateTime"] = ["", "Timestamp(6)", "Timestamp", "Timestamptz(0)", "Timestamptz", "Date", "Time(3)", "Time", "Timetz", "Timetz(6)"],
        ["Json"] = ["", "Json", "JsonB"],
        ["Bytes"] = ["", "ByteA"],
    };

    private static readonly string[] Unsupported = ["point", "tsvector", "circle", "int4range", "character varying(7)"];

    private static readonly string[] Columns = ["the {0}", "{0}-ß", "{0}☃", "SELECT{0}", "{0}.x", "it's {0}"];

    public GeneratedField Next(string name)
    {
        bool isList = random.Next(5) == 0;
        bool isOptional = !isList && random.Next(3) == 0;
        string attributes = random.Next(6) == 0 ? $" @map(\"{string.Format(null, Pick(Columns), name)}\")" : "";
        if (random.Next(14) == 0)
        {
            return new GeneratedField(name, $"Unsupported(\"{Pick(Unsupported)}\")", "", isList, isOptional, attributes);
        }
        if (enums.Count > 0 && random.Next(6) == 0)
        {
            // Each enum has the value A.
            string value = isList ? "[A, A]" : "A";
            attributes += random.Next(2) == 0 ? $" @default({value})" : "";
            return new GeneratedField(name, Pick(enums), "", isList, isOptional, attributes);
        }
        string type = Pick([.. NativeTypes.Keys]);
        string native = Pick(NativeTypes[type]);
        return new GeneratedField(name, type, native, isList, isOptional, attributes + Extras(type, native, isList));
    }

    public T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private string Extras(string type, string native, bool isList)
    {
        string ignored = random.Next(12) == 0 ? " @ignore" : "";
        if (random.Next(2) == 0)
        {
            return ignored + (type == "DateTime" && !isList && random.Next(3) == 0 ? " @updatedAt" : "");
        }
        string value = isList
            ? $"[{string.Join(", ", Enumerable.Range(0, random.Next(3)).Select(_ => Literal(type, native)))}]"
            : Function(type, native) ?? Literal(type, native);
        return $" @default({value}){ignored}";
    }

    private string? Function(string type, string native) =>
        (type, random.Next(3)) switch
        {
            ("Int" or "BigInt", 0) => "autoincrement()",
            ("DateTime", 0) => "now()",
            ("String", 0) when native is "" or "Text" or "VarChar" => Pick([
                "uuid()",
                "uuid(7)",
                "cuid()",
                "cuid(2)",
                "ulid()",
                "nanoid()",
                "nanoid(9)",
            ]),
            ("String", 0) when native == "Uuid" => "dbgenerated(\"gen_random_uuid()\")",
            (_, 1) when random.Next(4) == 0 => "dbgenerated()",
            _ => null,
        };

    private string Literal(string type, string native) =>
        (type, native) switch
        {
            ("Int", "Oid") => $"{random.Next(1000)}",
            ("Int", _) => $"{random.Next(-300, 300)}",
            ("BigInt", _) => $"{random.NextInt64(long.MinValue, long.MaxValue)}",
            ("Float", _) => Pick(["0", "1.5", "-2.250", "0010", "100000000000000000000"]),
            ("Decimal", _) => Pick(["0", "1.50", "\"-2.25\"", "\"1e3\"", "\"12.5E-1\"", "\".5\"", "7"]),
            ("Boolean", _) => Pick(["true", "false"]),
            ("String", "Inet") => "\"10.0.0.1\"",
            ("String", "Uuid") => "\"8a7c1d2e-0000-4000-8000-000000000001\"",
            ("String", "Xml") => "\"<a/>\"",
            ("String", "Bit(3)" or "VarBit" or "VarBit(5)") => "\"101\"",
            ("String", "Char") => "\"x\"",
            ("String", _) => Pick(["\"\"", "\"plain\"", "\"it's\"", "\"a \\\"b\\\"\"", "\"c:\\\\d\"", "\"two\\nlines\"", "\"é☃\""]),
            ("DateTime", _) => Pick([
                "\"2020-02-29T12:34:56Z\"",
                "\"1999-12-31T23:59:59.5+02:00\"",
                "\"2024-01-01T00:00:00.1234567-11:30\"",
            ]),
            ("Json", _) => Pick(["\"{}\"", "\"null\"", "\"[1, \\\"it's\\\"]\""]),
            ("Bytes", _) => Pick(["\"\"", "\"aGVsbG8=\"", "\"AA==\""]),
            _ => throw new InvalidOperationException(type),
        };
}
