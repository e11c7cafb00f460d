using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>Types that hold no more than other types: scalars of fields, lists, references to fields, the constants of filters.</summary>
internal sealed class ReferenceTypes(TypeCache cache)
{
    public static readonly ConstantInputType QueryMode = new("QueryMode", ["default", "insensitive"]);
    public static readonly ConstantInputType JsonNullFilter = new("JsonNullValueFilter", ["DbNull", "JsonNull", "AnyNull"]);
    public static readonly ConstantInputType JsonNullInput = new("JsonNullValueInput", ["JsonNull"]);
    public static readonly ConstantInputType NullableJsonNullInput = new("NullableJsonNullValueInput", ["DbNull", "JsonNull"]);
    public static readonly ConstantInputType SortOrder = new("SortOrder", ["asc", "desc"]);
    public static readonly ConstantInputType NullsOrder = new("NullsOrder", ["first", "last"]);
    public static readonly ConstantInputType RelationLoadStrategy = new("RelationLoadStrategy", ["query", "join"]);

    public static readonly ScalarInputType Text = ScalarInputType.Of(ScalarType.String);
    public static readonly ScalarInputType Int = ScalarInputType.Of(ScalarType.Int);
    public static readonly ScalarInputType Boolean = ScalarInputType.Of(ScalarType.Boolean);
    public static readonly ScalarInputType Json = ScalarInputType.Of(ScalarType.Json);

    /// <summary>The type of one value of a field.</summary>
    public InputType ItemOf(ScalarKind kind) =>
        kind.Enum is { } type
            ? cache.Get(new TypeKey(TypeFamily.ScalarFilter, type, "type"), () => new EnumInputType(type))
            : ScalarInputType.Of(kind.Type!.Value);

    /// <summary>The type of a field's value: a list for lists.</summary>
    public InputType ValueOf(ScalarField field)
    {
        var item = ItemOf(ScalarKind.Of(field));
        return field.IsList ? ListOf(item) : item;
    }

    public ListInputType ListOf(InputType item) => cache.Get(new TypeKey(TypeFamily.ListOf, item), () => new ListInputType(item));

    /// <summary>A reference to another field in place of a value of this type.</summary>
    public InputObjectType ReferenceTo(InputType type) =>
        cache.Get(
            new TypeKey(TypeFamily.FieldReference, type),
            () =>
                new InputObjectType(
                    ReferenceName(type),
                    FieldConstraints.None,
                    () => [new InputField("_ref", [Text], isRequired: true), new InputField("_container", [Text], isRequired: true)]
                )
                {
                    Referenced = type,
                }
        );

    private static string ReferenceName(InputType type) =>
        type switch
        {
            ListInputType list => "List" + ReferenceName(list.Item),
            EnumInputType or ConstantInputType => $"Enum{type.Name}FieldRefInput",
            _ => type.Name + "FieldRefInput",
        };

    /// <summary>The names of a model's scalar fields.</summary>
    public ConstantInputType FieldNames(Model model, VisibleFields fields) =>
        cache.Get(
            new TypeKey(TypeFamily.FieldNames, model),
            () => new ConstantInputType(Names.Capitalized(model.Name) + "ScalarFieldEnum", [.. fields.Scalars.Select(field => field.Name)])
        );
}
