using System.Text.Json;
using Dormouse.Query.Failures;
using Dormouse.Query.Json;
using Dormouse.Query.Nodes;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;

namespace Dormouse.Query.Plans;

/// <summary>Compiles values and SQL of plans.</summary>
/// <param name="scope">The names that values may refer to.</param>
/// <param name="countElement">Called for each element.</param>
/// <param name="moreThanRead">Called for what makes a plan more than a read: see <see cref="QueryPlan.OnlyReads"/>.</param>
internal sealed class ExpressionReader(PlanScope scope, Action countElement, Action moreThanRead)
{
    public Expression Read(JsonElement value, int depth)
    {
        countElement();
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined:
                return new LiteralExpression(NothingValue.Instance);
            case JsonValueKind.Array:
                var items = value.EnumerateArray().Select(item => Read(item, depth + 1)).ToArray();
                return Array.TrueForAll(items, i => i is LiteralExpression)
                    ? new LiteralExpression(new ListValue([.. items.Select(i => ((LiteralExpression)i).Value)]))
                    : new ListExpression(items);
            case JsonValueKind.Object when value.TryGetProperty("prisma__type", out var tag) && tag.ValueKind == JsonValueKind.String:
                return ReadTagged(value, JsonValues.TextOf(tag), depth);
            default:
                return new LiteralExpression(JsonValues.FromElement(value));
        }
    }

    public SqlTemplate ReadSql(JsonElement query, int depth, out bool isRaw)
    {
        var type = query.RequiredText("type");
        isRaw = type == "rawSql";
        var arguments = query.Required("args").Items().Select(a => Read(a, depth)).ToArray();
        var types = query.Optional("argTypes") is { } declared ? declared.Items().ToArray() : [];
        var shapes = arguments.Select((_, i) => i < types.Length ? ReadShape(types[i]) : default).ToArray();
        switch (type)
        {
            case "rawSql":
                moreThanRead();
                return new SqlTemplate(
                    [TextFragment(query.RequiredText("sql"))],
                    arguments,
                    shapes,
                    "$",
                    hasNumbering: true,
                    chunkable: false
                );
            case "templateSql":
                var fragments = query.Required("fragments").Items().Select(ReadFragment).ToArray();
                if (fragments.Count(f => f.Kind != FragmentKind.Text) is var places && places != arguments.Length)
                {
                    throw PlanFailure.Plain(
                        $"Malformed query template. {places} fragments take parameters, but there are {arguments.Length} parameters."
                    );
                }

                if (fragments is not [{ Kind: FragmentKind.Text } first, ..] || !BeginsWithSelect(first.Text))
                {
                    moreThanRead();
                }

                var format = query.Required("placeholderFormat");
                return new SqlTemplate(
                    fragments,
                    arguments,
                    shapes,
                    PlainText(format.Text("prefix") ?? "$"),
                    format.Flag("hasNumbering"),
                    query.Flag("chunkable")
                );
            default:
                throw PlanFailure.Malformed($"'{type}' is no kind of SQL statement.");
        }
    }

    private Expression ReadTagged(JsonElement value, string tag, int depth)
    {
        switch (tag)
        {
            case "param":
                var parameter = value.Required("prisma__value");
                var isInstant = parameter.Optional("type") is { ValueKind: JsonValueKind.String } type && type.ValueEquals("DateTime"u8);
                return new PlaceholderExpression(scope.Resolve(parameter.RequiredText("name")), isInstant);
            case "generatorCall":
                moreThanRead();
                var call = value.Required("prisma__value");
                var arguments = call.Optional("args") is { } list ? list.Items().Select(a => Read(a, depth + 1)).ToArray() : [];
                return new GeneratorExpression(call.RequiredText("name"), arguments);
            default:
                return new LiteralExpression(JsonValues.FromElement(value));
        }
    }

    private Fragment ReadFragment(JsonElement fragment)
    {
        countElement();
        var type = fragment.RequiredText("type");
        var kind = type switch
        {
            "stringChunk" => FragmentKind.Text,
            "parameter" => FragmentKind.Parameter,
            "parameterTuple" => FragmentKind.Tuple,
            "parameterTupleList" => FragmentKind.TupleList,
            _ => throw PlanFailure.Malformed($"'{type}' is no kind of SQL fragment."),
        };
        return kind == FragmentKind.Text
            ? TextFragment(fragment.RequiredText("chunk"))
            : new Fragment(
                kind,
                string.Empty,
                PlainText(fragment.Text("itemPrefix") ?? string.Empty),
                PlainText(fragment.Text("itemSeparator") ?? ","),
                PlainText(fragment.Text("itemSuffix") ?? string.Empty),
                PlainText(fragment.Text("groupSeparator") ?? ",")
            );
    }

    /// <summary>A WITH may hold writes, so nothing but a bare SELECT will do.</summary>
    private static bool BeginsWithSelect(string sql)
    {
        ReadOnlySpan<char> text = sql.AsSpan().TrimStart();
        return text.StartsWith("SELECT", StringComparison.OrdinalIgnoreCase)
            && text.Length > "SELECT".Length
            && char.IsWhiteSpace(text["SELECT".Length]);
    }

    private static Fragment TextFragment(string text) => new(FragmentKind.Text, PlainText(text), "", "", "", "");

    private static ArgumentShape ReadShape(JsonElement type)
    {
        if (type.Text("arity") == "tuple")
        {
            return new ArgumentShape(ArgumentType.Unknown, [.. type.Required("elements").Items().Select(e => ReadShape(e).Type)]);
        }

        return new ArgumentShape(ArgumentType.Of(type.Text("arity"), type.Text("scalarType"), type.Text("dbType")), null);
    }

    /// <summary>SQL travels as a zero-terminated string: a zero inside would cut it short.</summary>
    private static string PlainText(string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? throw PlanFailure.Malformed("SQL text must not contain a zero character.") : text;
}
