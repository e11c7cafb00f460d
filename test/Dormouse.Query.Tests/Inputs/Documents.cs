using System.Text;
using Dormouse.Query.Documents;
using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Query.Values;
using Dormouse.Schema;
using Dormouse.Schema.Models;
using Dormouse.Testing;

namespace Dormouse.Query.Tests.Inputs;

/// <summary>Reads documents as the engine does, and prints what came of them.</summary>
internal static class Documents
{
    private static readonly string Tests = Path.Combine(Checkout.Root, "test");

    private static readonly Lazy<PrismaSchema> LazySchema = new(() =>
        SchemaReader.Read(SchemaText).Schema ?? throw new InvalidOperationException("The schema has faults.")
    );

    /// <summary>The text of the schema of the captured requests, with the preview features.</summary>
    public static string SchemaText =>
        File.ReadAllText(Path.Combine(Tests, "Dormouse.EndToEnd", "clients", "prisma6", "preview.prisma"))
        + "\n"
        + File.ReadAllText(Path.Combine(Tests, "Dormouse.EndToEnd", "clients", "shared", "models.prisma"));

    /// <summary>The schema of the captured requests.</summary>
    public static PrismaSchema Schema => LazySchema.Value;

    /// <summary>Documents written for the tests, most of them faulty.</summary>
    public static string[] Faulty { get; } = Lines("documents.jsonl");

    /// <summary>The documents of the captured requests.</summary>
    public static string[] Captured { get; } = Lines("captured.jsonl");

    /// <summary>Reads and compiles, as far as the engine goes before it asks a database.</summary>
    public static void Prepare(string document, QueryEngine engine) => engine.Prepare(Encoding.UTF8.GetBytes(document));

    public static ReadDocument Read(string document, QuerySchema? schema = null)
    {
        var bytes = Encoding.UTF8.GetBytes(document);
        var literals = new LiteralTable(bytes);
        using var shape = new ShapeBuffer();
        DocumentWalker<ShapeSink>.Walk(bytes, new ShapeSink(shape, literals), 256);
        var tree = new TreeSink(1_000_000);
        DocumentWalker<TreeSink>.Walk(bytes, tree, 256);
        var facts = new LiteralFacts(literals);
        var parameters = new ParameterList();
        var operation = new OperationReader(schema ?? new QuerySchema(Schema), facts, parameters, new QueryLimits().MaxErrorBytes).Read(
            tree.Root
        );
        return new ReadDocument(operation, facts, [.. parameters.Bindings.Select(binding => Bind(binding, literals))]);
    }

    /// <summary>One of the captured models' documents: <c>findMany</c>, <c>User</c>, the JSON of arguments and selection.</summary>
    public static ReadDocument Read(string action, string model, string arguments, string selection = """{"$scalars":true}""") =>
        Read(
            $$$"""{"modelName":"{{{model}}}","action":"{{{action}}}","query":{"arguments":{{{arguments}}},"selection":{{{selection}}}}}"""
        );

    private static string[] Lines(string name) => File.ReadAllLines(Path.Combine(Tests, "Dormouse.Query.Tests", "Inputs", name));

    private static PlanValue Bind(ParameterBinding binding, LiteralTable literals)
    {
        Assert.True(binding.TryBind(literals, out var value));
        return value;
    }
}

/// <summary>A document that was read, with the values of its parameters.</summary>
internal sealed record ReadDocument(Operation Operation, LiteralFacts Facts, IReadOnlyList<PlanValue> Parameters)
{
    /// <summary>The arguments, with values in place of parameters.</summary>
    public string Arguments => Show(Operation.Arguments);

    public string Selection => Show(Operation.Selection);

    private string Show(Selection selection) => string.Join(' ', selection.Fields.Select(Show));

    private string Show(SelectedField field) =>
        field switch
        {
            SelectedRelation relation => $"{relation.Name}{Show(relation.Arguments)}[{Show(relation.Selection)}]",
            SelectedCounts counts =>
                $"_count[{string.Join(' ', counts.Relations.Select(c => c.Field.Name + (c.Where is null ? "" : Show(c.Where))))}]",
            SelectedAggregate aggregate => $"{aggregate.Name}[{string.Join(' ', aggregate.Fields.Select(f => f?.Name ?? "_all"))}]",
            _ => field.Name,
        };

    private string Show(InputValue value) =>
        value switch
        {
            InputObject item => $"{item.TypeName}{{{string.Join(", ", item.Fields.Select(field => $"{field.Key}: {Show(field.Value)}"))}}}",
            InputList list => $"[{string.Join(", ", list.Items.Select(Show))}]",
            InputScalar scalar => $"{scalar.Type}{(scalar.IsList ? "[]" : "")} {Show(scalar.Expression)}",
            InputNull => "null",
            InputEnum name => $"{name.TypeName}.{name.Value}",
            InputFieldReference reference => $"-> {reference.Field.Name}",
            _ => value.ToString()!,
        };

    private string Show(Expression expression) =>
        expression switch
        {
            LiteralExpression literal => Show(literal.Value),
            ParameterExpression parameter => Show(Parameters[parameter.Index]),
            ListExpression list => $"[{string.Join(", ", list.Items.Select(Show))}]",
            _ => expression.ToString()!,
        };

    private static string Show(PlanValue value) =>
        value switch
        {
            TextValue text => $"'{text}'",
            NumberValue number => Encoding.UTF8.GetString(number.Text.Span),
            BooleanValue boolean => boolean.Value ? "true" : "false",
            NullValue => "null",
            InstantValue instant => $"@{instant.Instant!.Value.UnixSeconds}.{instant.Instant.Value.Microseconds:D6}",
            BytesValue bytes => $"x{Convert.ToHexString(bytes.Bytes)}",
            ListValue list => $"[{string.Join(", ", list.Items.Select(Show))}]",
            _ => value.ToString()!,
        };
}
