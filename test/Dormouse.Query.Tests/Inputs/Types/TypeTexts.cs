using System.Text.Json.Nodes;
using Dormouse.Query.Inputs;
using Dormouse.Query.Inputs.Types;

namespace Dormouse.Query.Tests.Inputs.Types;

/// <summary>Every type of a query schema as a text: Prisma's from its description, ours from what is reached from all operations.</summary>
internal static class TypeTexts
{
    private static readonly string[] Actions =
    [
        "findFirst",
        "findFirstOrThrow",
        "findMany",
        "aggregate",
        "groupBy",
        "findUnique",
        "findUniqueOrThrow",
        "createOne",
        "upsertOne",
        "createMany",
        "createManyAndReturn",
        "deleteOne",
        "updateOne",
        "updateMany",
        "updateManyAndReturn",
        "deleteMany",
    ];

    public static SortedDictionary<string, string> OfPrisma(JsonObject description)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var type in Members(description["inputObjectTypes"]).Concat(Members(description["fieldRefTypes"])))
        {
            texts.TryAdd("input " + type["name"], Constraints(type["constraints"]) + Lines(type["fields"]!, Argument));
        }

        foreach (var type in Members(description["outputObjectTypes"]))
        {
            var name = (string)type["name"]!;
            // The lists of operations are compared one by one.
            if (name is "Query" or "Mutation")
            {
                foreach (var field in type["fields"]!.AsArray())
                {
                    texts.TryAdd("operation " + field!["name"], Result(field));
                }
            }
            else
            {
                texts.TryAdd("output " + name, Lines(type["fields"]!, Result));
            }
        }

        foreach (var type in Members(description["enumTypes"]))
        {
            texts.TryAdd("enum " + type["name"], string.Join(' ', type["values"]!.AsArray().Select(ValueName)));
        }

        // It belongs to no type: transactions are started elsewhere.
        texts.Remove("enum TransactionIsolationLevel");
        return texts;
    }

    public static SortedDictionary<string, string> OfOurs(QuerySchema schema)
    {
        var ours = new Walk();
        foreach (var model in schema.Schema.Models.Where(model => !model.IsIgnored))
        {
            foreach (var action in Actions)
            {
                if (schema.TryGetOperation(action, model, out var operation))
                {
                    ours.AddOperation(operation);
                }
            }
        }

        foreach (var action in (string[])["executeRaw", "queryRaw"])
        {
            ours.AddOperation(OperationTypes.Make(action)!);
        }

        return ours.Finish();
    }

    private static IEnumerable<JsonNode> Members(JsonNode? namespaces) =>
        namespaces is JsonObject found ? found.SelectMany(space => space.Value!.AsArray()).Select(type => type!) : [];

    private static string ValueName(JsonNode? value) => value is JsonObject named ? (string)named["name"]! : (string)value!;

    private static string Constraints(JsonNode? constraints) =>
        constraints is null
            ? "(-,-,)\n"
            : $"({constraints["minNumFields"]?.ToString() ?? "-"},{constraints["maxNumFields"]?.ToString() ?? "-"},"
                + $"{string.Join(' ', (constraints["fields"] as JsonArray)?.Select(name => (string)name!) ?? [])})\n";

    private static string Lines(JsonNode fields, Func<JsonNode, string> line) =>
        string.Concat(fields.AsArray().Select(field => "  " + line(field!) + "\n"));

    private static string Argument(JsonNode field) =>
        $"{field["name"]}{((bool)field["isRequired"]! ? "!" : "")}: "
        + string.Join(" | ", field["inputTypes"]!.AsArray().Select(type => TypeName(type!)));

    private static string Result(JsonNode field) =>
        $"{field["name"]}({string.Join(", ", field["args"]!.AsArray().Select(argument => Argument(argument!)))}): "
        + $"{TypeName(field["outputType"]!)}{((bool?)field["isNullable"] == true ? "?" : "")}";

    private static string TypeName(JsonNode type) => type["type"] + ((bool)type["isList"]! ? "[]" : "");

    private sealed class Walk
    {
        private readonly SortedDictionary<string, string> texts = new(StringComparer.Ordinal);
        private readonly HashSet<object> seen = [];
        private readonly Queue<object> open = new();

        public SortedDictionary<string, string> Finish()
        {
            while (open.TryDequeue(out var type))
            {
                switch (type)
                {
                    case InputObjectType input:
                        var (least, most, names) = input.Constraints;
                        texts.TryAdd(
                            "input " + input.Name,
                            $"({least?.ToString() ?? "-"},{most?.ToString() ?? "-"},{string.Join(' ', names ?? [])})\n"
                                + string.Concat(input.Fields.Select(field => $"  {Argument(field)}\n"))
                        );
                        break;
                    case OutputObjectType output:
                        texts.TryAdd("output " + output.Name, string.Concat(output.Fields.Select(field => $"  {Result(field)}\n")));
                        break;
                    case ConstantInputType constants:
                        texts.TryAdd("enum " + constants.Name, string.Join(' ', constants.Values));
                        break;
                    case EnumInputType values:
                        texts.TryAdd("enum " + values.Name, string.Join(' ', values.Type.Values.Select(value => value.Name)));
                        break;
                }
            }

            return texts;
        }

        public void AddOperation(OutputField operation) => texts.Add("operation " + operation.Name, Result(operation));

        private string Argument(InputField field)
        {
            foreach (var type in field.Types)
            {
                Reach(type is ListInputType list ? list.Item : type);
            }

            return $"{field.Name}{(field.IsRequired ? "!" : "")}: {string.Join(" | ", field.Types.Select(type => type.Name))}";
        }

        private string Result(OutputField field)
        {
            if (field.ObjectType is { } type)
            {
                Reach(type);
            }
            else if (
                field.Field is Dormouse.Schema.Models.ScalarField { Enum: { } values }
                && field.TypeName.TrimEnd('[', ']') == values.Name
            )
            {
                Reach(new EnumInputType(values));
            }

            return $"{field.Name}({string.Join(", ", field.Arguments.Select(Argument))}): {field.TypeName}{(field.IsNullable ? "?" : "")}";
        }

        private void Reach(object type)
        {
            if (seen.Add(type is EnumInputType values ? values.Type : type))
            {
                open.Enqueue(type);
            }
        }
    }
}
