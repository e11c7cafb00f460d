using System.Globalization;
using System.Text.Json.Nodes;
using Dormouse.Schema.Models;

namespace Dormouse.Schema.Tests.Oracle;

/// <summary>Writes our model the way Prisma describes its own (its "DMMF"), whole, so that the two can be compared as texts.</summary>
public static class Dmmf
{
    public static JsonObject Of(PrismaSchema schema)
    {
        Model[] visible = [.. schema.Models.Where(model => !model.IsIgnored)];
        return new JsonObject
        {
            ["enums"] = Array(schema.Enums.Select(Enum)),
            // Models first, then views.
            ["models"] = Array(visible.OrderBy(model => model.IsView).Select(Model)),
            ["types"] = new JsonArray(),
            ["indexes"] = Array(visible.OrderBy(model => model.IsView).SelectMany(Indexes)),
        };
    }

    private static JsonObject Enum(EnumType type)
    {
        JsonObject json = new()
        {
            ["name"] = type.Name,
            ["values"] = Array(type.Values.Select(Value)),
            ["dbName"] = type.MappedName,
        };
        Document(json, type.Documentation);
        return json;
    }

    private static JsonObject Value(EnumValue value)
    {
        JsonObject json = new() { ["name"] = value.Name, ["dbName"] = value.MappedName };
        Document(json, value.Documentation);
        return json;
    }

    private static JsonObject Model(Model model)
    {
        PrimaryKey? compound = model.PrimaryKey is { IsOnField: false } key ? key : null;
        ModelIndex[] uniques = [.. model.Indexes.Where(index => index.Kind == IndexKind.Unique && !index.IsOnField)];
        JsonObject json = new()
        {
            ["name"] = model.Name,
            ["dbName"] = model.MappedName,
            ["schema"] = model.Schema,
            ["fields"] = Array(model.Fields.Where(IsVisible).Select(Field)),
            ["primaryKey"] =
                compound is null || compound.Fields.Count < 2
                    ? null
                    : new JsonObject { ["name"] = compound.Name, ["fields"] = Names(compound.Fields) },
            ["uniqueFields"] = Array(uniques.Select(index => Names(index.Fields))),
            ["uniqueIndexes"] = Array(uniques.Select(index => new JsonObject { ["name"] = index.Name, ["fields"] = Names(index.Fields) })),
            ["isGenerated"] = false,
        };
        Document(json, model.Documentation);
        return json;
    }

    private static bool IsVisible(Field field) => !field.IsIgnored && field is not RelationField { Target.IsIgnored: true };

    private static JsonObject Field(Field field)
    {
        ScalarField? scalar = field as ScalarField;
        JsonObject json = new() { ["name"] = field.Name };
        if (scalar?.MappedName is { } mapped)
        {
            json["dbName"] = mapped;
        }
        PrimaryKey? key = field.Model.PrimaryKey;
        bool isOnlyId = scalar is not null && key is { Fields.Count: 1 } && key.Fields[0].Field == scalar;
        json["kind"] =
            scalar is null ? "object"
            : scalar.Enum is null ? "scalar"
            : "enum";
        json["isList"] = field.IsList;
        json["isRequired"] = !field.IsOptional;
        json["isUnique"] = !isOnlyId && scalar?.IsUnique == true;
        json["isId"] = isOnlyId;
        json["isReadOnly"] = scalar is not null && field.Model.RelationFields.Any(relation => relation.Fields.Contains(scalar));
        json["hasDefaultValue"] = scalar?.Default is not null;
        json["type"] = scalar is null ? ((RelationField)field).Target.Name : scalar.TypeName;
        json["nativeType"] = scalar?.NativeType is { } native
            ? Array([
                native.Name,
                Array(native.Arguments.Select(argument => JsonValue.Create(argument.ToString(CultureInfo.InvariantCulture)))),
            ])
            : null;
        if (scalar?.Default is { } value)
        {
            json["default"] = Default(scalar, value);
        }
        if (field is RelationField relationField)
        {
            Relation(json, relationField);
        }
        json["isGenerated"] = false;
        json["isUpdatedAt"] = scalar?.IsUpdatedAt == true;
        Document(json, field.Documentation);
        return json;
    }

    private static void Relation(JsonObject json, RelationField field)
    {
        json["relationName"] = field.Relation.Name;
        json["relationFromFields"] = Array(field.Fields.Select(item => JsonValue.Create(item.Name)));
        json["relationToFields"] = Array(field.References.Select(item => JsonValue.Create(item.Name)));
        if (field.ExplicitOnDelete is { } onDelete)
        {
            json["relationOnDelete"] = onDelete.ToString();
        }
        if (field.ExplicitOnUpdate is { } onUpdate)
        {
            json["relationOnUpdate"] = onUpdate.ToString();
        }
    }

    private static JsonNode? Default(ScalarField field, DefaultValue value) =>
        value switch
        {
            StringDefault text when field.Type == ScalarType.Decimal => Number(text.Value),
            StringDefault text when field.Type == ScalarType.DateTime => DateTimeOffset
                .Parse(text.Value, CultureInfo.InvariantCulture)
                .ToString("yyyy-MM-dd'T'HH:mm:ss.FFFzzz", CultureInfo.InvariantCulture),
            StringDefault text => text.Value,
            NumberDefault { Text: var text } when field.Type == ScalarType.BigInt => text,
            NumberDefault number when field.Type == ScalarType.Int => JsonNode.Parse(number.Text),
            NumberDefault number => Number(number.Text),
            BooleanDefault boolean => boolean.Value,
            EnumDefault item => item.Value.Name,
            ListDefault list => Array(list.Items.Select(item => Default(field, item))),
            FunctionDefault function => new JsonObject
            {
                ["name"] = function.Function.ToString().ToLowerInvariant(),
                ["args"] = function.Argument is { } argument ? Array([JsonValue.Create(argument)]) : Implied(function.Function),
            },
            DatabaseDefault database => new JsonObject
            {
                ["name"] = "dbgenerated",
                ["args"] = Array(database.Expression is { } text ? [JsonValue.Create(text)] : []),
            },
            _ => throw new InvalidOperationException(value.ToString()),
        };

    private static JsonValue Number(string text) => JsonValue.Create(double.Parse(text, CultureInfo.InvariantCulture));

    private static JsonArray Implied(DefaultFunction function) =>
        function switch
        {
            DefaultFunction.Cuid => Array([JsonValue.Create(1)]),
            DefaultFunction.Uuid => Array([JsonValue.Create(4)]),
            _ => [],
        };

    private static IEnumerable<JsonObject> Indexes(Model model)
    {
        if (model.PrimaryKey is { } key)
        {
            yield return Index(model, "id", key.IsOnField, key.Name, key.MappedName, null, key.Fields);
        }
        foreach (ModelIndex index in model.Indexes)
        {
            string type = index.Kind == IndexKind.Unique ? "unique" : "normal";
            yield return Index(model, type, index.IsOnField, index.Name, index.MappedName, index.Algorithm, index.Fields);
        }
    }

    private static JsonObject Index(
        Model model,
        string type,
        bool isOnField,
        string? name,
        string? mapped,
        IndexAlgorithm? algorithm,
        IReadOnlyList<IndexField> fields
    )
    {
        JsonObject json = new()
        {
            ["model"] = model.Name,
            ["type"] = type,
            ["isDefinedOnField"] = isOnField,
        };
        Add(json, "name", name);
        Add(json, "dbName", mapped);
        Add(json, "algorithm", algorithm?.ToString());
        json["fields"] = Array(
            fields.Select(item =>
            {
                JsonObject field = new() { ["name"] = item.Field.Name };
                Add(
                    field,
                    "sortOrder",
                    item.Sort is null ? null
                        : item.Sort == SortOrder.Ascending ? "asc"
                        : "desc"
                );
                Add(field, "operatorClass", item.OperatorClass?.Name);
                return field;
            })
        );
        return json;
    }

    private static void Add(JsonObject json, string key, string? value)
    {
        if (value is not null)
        {
            json[key] = value;
        }
    }

    private static void Document(JsonObject json, string? documentation) => Add(json, "documentation", documentation);

    private static JsonArray Names(IEnumerable<IndexField> fields) => Array(fields.Select(item => JsonValue.Create(item.Field.Name)));

    private static JsonArray Array(IEnumerable<JsonNode?> items) => [.. items];
}
