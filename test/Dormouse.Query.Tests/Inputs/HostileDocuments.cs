using System.Globalization;
using System.Text;

namespace Dormouse.Query.Tests.Inputs;

/// <summary>Documents that no client sends: deep, wide, or with megabytes of text in a place where it does not belong.</summary>
internal static class HostileDocuments
{
    private const int Many = 20_000;
    private const int Repetitions = 200_000;
    private static readonly string Long = new('x', 500_000);
    private static readonly string Digits = new('7', 200_000);

    /// <summary>By what is hostile about them.</summary>
    public static IReadOnlyDictionary<string, Func<string>> All { get; } =
        new Dictionary<string, Func<string>>
        {
            ["deep lists of conditions"] = () => Where(Nested("""{"AND":[""", """{"nope":1}""", "]}", 80)),
            ["deep relation filters"] = () => Where(Nested("""{"posts":{"some":{"author":{"is":""", """{"nope":1}""", "}}}}", 50)),
            ["deep creates with a fault at their bottom"] = () =>
                Category("createOne", Nested("""{"name":"n","children":{"create":""", """{"nope":1}""", "}}", 100)),
            ["deep creates in lists"] = () =>
                Category("createOne", Nested("""{"name":"n","children":{"create":[""", """{"nope":1}""", "]}}", 70)),
            ["deep updates with a fault at their bottom"] = () =>
                Category(
                    "updateOne",
                    Nested("""{"children":{"update":{"where":{"id":1},"data":""", """{"nope":1}""", "}}}", 70),
                    "\"where\":{\"id\":1},"
                ),
            ["deep selections"] = () =>
                Find("{}", Nested("""{"posts":{"selection":{"author":{"selection":""", """{"nope":true}""", "}}}}", 50)),
            ["nesting without an end"] = () => Where(new string('[', 100_000)),
            ["unknown conditions"] = () => Where($"{{{Members("n", "1")}}}"),
            ["unknown data"] = () => Data("createOne", $"{{{Members("n", "1")}}}"),
            ["unknown arguments"] = () => Find($"{{{Members("n", "1")}}}"),
            ["unknown fields"] = () => Find("{}", $"{{{Members("n", "true")}}}"),
            ["fields that are left out"] = () => Find("{}", $"{{\"$scalars\":true,{Members("n", "false")}}}"),
            ["an endless name of a condition"] = () => Where($"{{\"{Long}\":1}}"),
            ["an endless name of an argument"] = () => Find($"{{\"{Long}\":1}}"),
            ["an endless name of a field"] = () => Find("{}", $"{{\"{Long}\":true}}"),
            ["an endless name of a field with a selection"] = () => Find("{}", $"{{\"{Long}\":{{\"selection\":{{}}}}}}"),
            ["an endless name of a model"] = () => Find("{}").Replace("User", Long, StringComparison.Ordinal),
            ["an endless name of an action"] = () => Find("{}").Replace("findMany", Long, StringComparison.Ordinal),
            ["an endless value of an enum"] = () => Where($"{{\"role\":\"{Long}\"}}"),
            ["an endless value in a list of enums"] = () => Where($"{{\"role\":{{\"in\":[\"ADMIN\",\"{Long}\"]}}}}"),
            ["an endless tag of an enum"] = () => Where($$$"""{"role":{"$type":"Enum","value":"{{{Long}}}"}}"""),
            ["an endless direction"] = () => Find($"{{\"orderBy\":{{\"id\":\"{Long}\"}}}}"),
            ["an endless distinct field"] = () => Find($"{{\"distinct\":[\"{Long}\"]}}"),
            ["an endless date"] = () => Where($"{{\"createdAt\":\"{Long}\"}}"),
            ["an endless tagged date"] = () => Where($$$"""{"createdAt":{"$type":"DateTime","value":"{{{Long}}}"}}"""),
            ["endless bytes"] = () => Where($"{{\"avatar\":\"*{Long}\"}}"),
            ["an endless reference"] = () =>
                Where($$$$$"""{"age":{"equals":{"$type":"FieldRef","value":{"_ref":"{{{{{Long}}}}}","_container":"User"}}}}"""),
            ["a reference to an endless model"] = () =>
                Where($$$$$"""{"age":{"equals":{"$type":"FieldRef","value":{"_ref":"id","_container":"{{{{{Long}}}}}"}}}}"""),
            ["an endless integer"] = () => Where($"{{\"age\":{Digits}}}"),
            ["an endless big integer"] = () => Where($"{{\"views\":{Digits}}}"),
            ["an endless big integer in quotes"] = () => Where($"{{\"views\":\"{Digits}\"}}"),
            ["an endless tagged big integer"] = () => Where($$$"""{"views":{"$type":"BigInt","value":"{{{Digits}}}"}}"""),
            ["an endless decimal with letters"] = () => Where($"{{\"balance\":\"{Digits}x\"}}"),
            ["an endless exponent"] = () => Where($"{{\"rating\":1e{Digits}}}"),
            ["a vast exponent"] = () => Where("""{"age":1e999999999}"""),
            ["a vast exponent of a decimal"] = () => Where("""{"balance":"1e999999999"}"""),
            ["a vast decimal for an integer"] = () => Where("""{"age":{"$type":"Decimal","value":"1e200000"}}"""),
            ["a list for a number"] = () => Where($"{{\"age\":[{Repeated("\"x\"")}]}}"),
            ["a list of lists for a number"] = () => Where($"{{\"age\":[[],{Repeated("null")}]}}"),
            ["a list for a number in deep creates"] = () =>
                Category("createOne", Nested("""{"name":"n","children":{"create":""", $"{{\"name\":[{Repeated("1")}]}}", "}}", 20)),
            ["many vast decimals"] = () => Where($"{{\"balance\":{{\"in\":[{Repeated("\"1e200000\"")},\"x\"]}}}}"),
            ["many directions"] = () => Find($"{{\"orderBy\":[{Repeated("""{"nope":"asc"}""")}]}}"),
            ["many distinct fields"] = () => Find($"{{\"distinct\":[{Repeated("\"nope\"")}]}}"),
            ["many rows, the last one wrong"] = () =>
                Data("createMany", $"[{Repeated("""{"firstName":"a","email":"b"}""")},{{\"nope\":1}}]"),
            ["halves of characters"] = () => Where($"{{\"email\":\"{string.Concat(Enumerable.Repeat("\\ud800", Many))}\"}}"),
            ["broken parameters of raw SQL"] = () =>
                $$$$"""{"action":"queryRaw","query":{"arguments":{"query":"SELECT 1","parameters":"[{{{{Long}}}}"},"selection":{}}}""",
        };

    /// <summary>One name again and again, and then another one as often.</summary>
    /// <param name="place">Where: <c>where</c>, <c>data</c> or <c>selection</c>.</param>
    public static string Repeating(string place)
    {
        var first = string.Concat(Enumerable.Repeat(place == "selection" ? "\"id\":true," : "\"age\":1,", Repetitions));
        var second = string.Join(',', Enumerable.Repeat(place == "selection" ? "\"age\":true" : "\"rating\":1", Repetitions));
        var members = $"{{{first}{second}}}";
        return place switch
        {
            "where" => Where(members),
            "data" => Document("updateOne", $"{{\"where\":{{\"id\":1}},\"data\":{members}}}", """{"id":true}"""),
            _ => Find("{}", members),
        };
    }

    private static string Find(string arguments, string selection = """{"id":true}""") => Document("findMany", arguments, selection);

    private static string Where(string where) => Find($"{{\"where\":{where}}}");

    private static string Data(string action, string data) => Document(action, $"{{\"data\":{data}}}", """{"id":true}""");

    private static string Category(string action, string data, string where = "") =>
        Document(action, $"{{{where}\"data\":{data}}}", """{"id":true}""").Replace("User", "Category", StringComparison.Ordinal);

    private static string Document(string action, string arguments, string selection) =>
        $$$"""{"modelName":"User","action":"{{{action}}}","query":{"arguments":{{{arguments}}},"selection":{{{selection}}}}}""";

    private static string Nested(string open, string inner, string close, int depth)
    {
        var text = new StringBuilder();
        text.Insert(0, open, depth).Append(inner);
        for (var i = 0; i < depth; i++)
        {
            text.Append(close);
        }

        return text.ToString();
    }

    private static string Members(string name, string value) =>
        string.Join(',', Enumerable.Range(0, Many).Select(i => string.Create(CultureInfo.InvariantCulture, $"\"{name}{i}\":{value}")));

    private static string Repeated(string item) => string.Join(',', Enumerable.Repeat(item, Many));
}
