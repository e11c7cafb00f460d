using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>Filters on the values of fields: <c>IntFilter</c>, <c>NestedStringNullableFilter</c>, <c>IntWithAggregatesFilter</c>, lists, Json.</summary>
internal sealed class FilterTypes(QuerySchema schema)
{
    private const string UuidName = "Uuid";

    private ReferenceTypes References => schema.References;

    public InputObjectType Scalar(ScalarField field, bool withAggregates) =>
        Scalar(ScalarKind.Of(field), IsUuid(field), field.IsOptional, nested: false, withAggregates);

    /// <summary>The filter of a scalar list; lists have no null of their own, but Prisma calls them nullable.</summary>
    public InputObjectType List(ScalarField field)
    {
        var kind = ScalarKind.Of(field);
        return schema.Cache.Get(
            new TypeKey(TypeFamily.ScalarListFilter, (object?)kind.Enum ?? kind.Type!),
            () =>
                new InputObjectType(
                    FilterName(kind) + "NullableListFilter",
                    FieldConstraints.ExactlyOne,
                    () => ListFields(References.ItemOf(kind))
                )
                {
                    IsListFilter = true,
                }
        );
    }

    private List<InputField> ListFields(InputType item)
    {
        var list = References.ListOf(item);
        return
        [
            new InputField("equals", [list, References.ReferenceTo(list), NullInputType.Instance]),
            new InputField("has", [item, References.ReferenceTo(item), NullInputType.Instance]),
            new InputField("hasEvery", [list, References.ReferenceTo(list)]),
            new InputField("hasSome", [list, References.ReferenceTo(list)]),
            new InputField("isEmpty", [ReferenceTypes.Boolean]),
        ];
    }

    private InputObjectType Scalar(ScalarKind kind, bool isUuid, bool nullable, bool nested, bool withAggregates)
    {
        var variant = (isUuid ? 1 : 0) | (nullable ? 2 : 0) | (nested ? 4 : 0) | (withAggregates ? 8 : 0);
        return schema.Cache.Get(
            new TypeKey(TypeFamily.ScalarFilter, (object?)kind.Enum ?? kind.Type!, null, variant),
            () =>
                new InputObjectType(
                    (nested ? "Nested" : "")
                        + (isUuid ? UuidName : FilterName(kind))
                        + (nullable ? "Nullable" : "")
                        + (withAggregates ? "WithAggregatesFilter" : "Filter"),
                    FieldConstraints.None,
                    () => Fields(kind, isUuid, nullable, nested, withAggregates)
                )
        );
    }

    private List<InputField> Fields(ScalarKind kind, bool isUuid, bool nullable, bool nested, bool withAggregates)
    {
        var fields = new List<InputField>();
        var item = References.ItemOf(kind);
        if (kind.Type == ScalarType.Json)
        {
            AddJsonFilters(fields);
        }
        else
        {
            AddComparisons(fields, kind, item, nullable);
            if (kind.Type == ScalarType.String)
            {
                AddTextFilters(fields, isUuid, nested);
            }

            var inner = Scalar(kind, isUuid, nullable, nested: true, withAggregates);
            fields.Add(new InputField("not", Nullable(nullable, item, inner)));
        }

        if (withAggregates)
        {
            AddAggregates(fields, kind, nullable);
        }

        return fields;
    }

    private void AddComparisons(List<InputField> fields, ScalarKind kind, InputType item, bool nullable)
    {
        fields.Add(new InputField("equals", Nullable(nullable, item, References.ReferenceTo(item))));
        if (kind.Type == ScalarType.Boolean)
        {
            return;
        }

        var list = References.ListOf(item);
        InputType[] included = Nullable(nullable, list, References.ReferenceTo(list));
        fields.Add(new InputField("in", included));
        fields.Add(new InputField("notIn", included));
        if (kind.Type is not (null or ScalarType.Bytes))
        {
            AddOrderFilters(fields, item);
        }
    }

    private void AddOrderFilters(List<InputField> fields, InputType item)
    {
        InputType[] compared = [item, References.ReferenceTo(item)];
        fields.Add(new InputField("lt", compared));
        fields.Add(new InputField("lte", compared));
        fields.Add(new InputField("gt", compared));
        fields.Add(new InputField("gte", compared));
    }

    private void AddTextFilters(List<InputField> fields, bool isUuid, bool nested)
    {
        if (!isUuid)
        {
            InputType[] text = [ReferenceTypes.Text, References.ReferenceTo(ReferenceTypes.Text)];
            fields.Add(new InputField("contains", text));
            fields.Add(new InputField("startsWith", text));
            fields.Add(new InputField("endsWith", text));
        }

        if (schema.HasFullTextSearch)
        {
            fields.Add(new InputField("search", [ReferenceTypes.Text]));
        }

        if (!nested)
        {
            fields.Add(new InputField("mode", [ReferenceTypes.QueryMode]));
        }
    }

    private void AddJsonFilters(List<InputField> fields)
    {
        InputType[] json = [ReferenceTypes.Json, References.ReferenceTo(ReferenceTypes.Json)];
        InputType[] text = [ReferenceTypes.Text, References.ReferenceTo(ReferenceTypes.Text)];
        InputType[] equality = [.. json, ReferenceTypes.JsonNullFilter];
        InputType[] part = [.. json, NullInputType.Instance];
        fields.Add(new InputField("equals", equality));
        fields.Add(new InputField("path", [References.ListOf(ReferenceTypes.Text)]));
        fields.Add(new InputField("mode", [ReferenceTypes.QueryMode, References.ReferenceTo(ReferenceTypes.QueryMode)]));
        fields.Add(new InputField("string_contains", text));
        fields.Add(new InputField("string_starts_with", text));
        fields.Add(new InputField("string_ends_with", text));
        fields.Add(new InputField("array_starts_with", part));
        fields.Add(new InputField("array_ends_with", part));
        fields.Add(new InputField("array_contains", part));
        AddOrderFilters(fields, ReferenceTypes.Json);
        fields.Add(new InputField("not", equality));
    }

    private void AddAggregates(List<InputField> fields, ScalarKind kind, bool nullable)
    {
        fields.Add(Aggregate("_count", new ScalarKind(ScalarType.Int, null), nullable));
        if (kind.IsNumeric)
        {
            var average = kind.Type == ScalarType.Decimal ? kind : new ScalarKind(ScalarType.Float, null);
            fields.Add(Aggregate("_avg", average, nullable));
            fields.Add(Aggregate("_sum", kind, nullable));
        }

        fields.Add(Aggregate("_min", kind, nullable));
        fields.Add(Aggregate("_max", kind, nullable));
    }

    private InputField Aggregate(string name, ScalarKind kind, bool nullable) =>
        new(name, [Scalar(kind, isUuid: false, nullable, nested: true, withAggregates: false)]);

    private static InputType[] Nullable(bool nullable, InputType first, InputType second) =>
        nullable ? [first, second, NullInputType.Instance] : [first, second];

    public static string FilterName(ScalarKind kind) =>
        kind.Enum is { } type ? "Enum" + type.Name
        : kind.Type == ScalarType.Boolean ? "Bool"
        : ScalarTypes.Name(kind.Type!.Value);

    private static bool IsUuid(ScalarField field) =>
        field.NativeType is { } native && native.Name.Equals(UuidName, StringComparison.OrdinalIgnoreCase);
}
