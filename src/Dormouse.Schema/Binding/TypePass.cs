using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>Pass 2: every field becomes a scalar or a relation field. One of an unknown type stays neither and is left alone later.</summary>
internal static class TypePass
{
    public static void Run(BindingContext context)
    {
        Enums(context);
        context.ForEachModel(Fields);
    }

    public static void Enums(BindingContext context)
    {
        foreach (EnumEntry entry in context.Enums)
        {
            if (entry.Syntax.Values.Length == 0 && !entry.Syntax.HasBrokenLines)
            {
                context.Report(NameMessages.EmptyEnum(entry.Syntax.Span));
            }
        }
    }

    /// <summary>The types of one model's fields.</summary>
    public static void Fields(BindingContext context, ModelEntry entry)
    {
        int relations = 0;
        entry.Known = new Field?[entry.Syntax.Fields.Length];
        for (int position = 0; position < entry.Known.Length; position++)
        {
            entry.Known[position] = Resolve(context, new FieldEntry(entry, position));
            relations += entry.Known[position] is RelationField ? 1 : 0;
        }
        // One of an unknown type is no field at all.
        entry.Model.Fields = entry.Known.Contains(null) ? [.. entry.Known.OfType<Field>()] : (Field[])entry.Known!;
        if (relations > 0)
        {
            entry.RelationFields = new FieldEntry[relations];
            FillRelationFields(entry);
        }
    }

    /// <summary>
    /// Whether a field is a scalar; null where its type is unknown. Told from the text, so that it does not matter whether the types of its
    /// model were looked at.
    /// </summary>
    public static bool? IsScalar(BindingContext context, in FieldSyntax syntax) =>
        syntax.Scalar is not null || syntax.Tail.Traits is not null || syntax.Type.IsUnsupported
            ? true
            : context.TypesByName.GetValueOrDefault(syntax.Type.Name) switch
            {
                EnumEntry => true,
                ModelEntry => false,
                _ => null,
            };

    private static void FillRelationFields(ModelEntry entry)
    {
        int filled = 0;
        foreach (FieldEntry field in entry.Fields)
        {
            if (field.Relation is not null)
            {
                entry.RelationFields[filled++] = field;
            }
        }
    }

    private static Field? Resolve(BindingContext context, FieldEntry entry)
    {
        ref readonly FieldSyntax syntax = ref entry.Syntax;
        if (syntax.Tail.Traits is { } known)
        {
            return Scalar(entry, known);
        }
        if (syntax.Scalar is { } scalar)
        {
            return Documented(entry, ScalarTraits.Of(scalar));
        }
        TypeSyntax type = syntax.Type;
        if (type.IsUnsupported)
        {
            return Documented(entry, new ScalarTraits(TraitsStage.Typed) { UnsupportedType = type.Name, IsIgnored = true });
        }
        switch (context.TypesByName.GetValueOrDefault(type.Name))
        {
            case ModelEntry target:
                (entry.Owner.Details ??= new RelationDetails?[entry.Owner.Known.Length])[entry.Position] = new RelationDetails(target);
                FieldArity arity = (FieldArity)syntax.Arity;
                return new RelationField(entry.Owner.Model, syntax.Text, arity, syntax.Documentation, entry.Position, target.Model);
            case EnumEntry found:
                return Documented(entry, found.Type.PlainTraits);
            case null when !context.BrokenNames.Contains(type.Name):
                IEnumerable<string> models = context.Models.Select(model => model.Name);
                IEnumerable<string> names = ScalarTypes.Names.Concat(models).Concat(context.Enums.Select(other => other.Type.Name));
                context.Report(NameMessages.UnknownType(type.Name, Spelling.Suggestion(type.Name, names), type.Span));
                return null;
            default:
                return null;
        }
    }

    private static ScalarField Documented(FieldEntry entry, ScalarTraits plain)
    {
        ref readonly FieldSyntax syntax = ref entry.Syntax;
        ScalarTraits traits = syntax.Documentation is { } documentation ? plain with { Documentation = documentation } : plain;
        syntax.Tail.Traits = traits;
        return Scalar(entry, traits);
    }

    private static ScalarField Scalar(FieldEntry entry, ScalarTraits traits)
    {
        ref readonly FieldSyntax syntax = ref entry.Syntax;
        return new ScalarField(entry.Owner.Model, syntax.Text, (FieldArity)syntax.Arity, entry.Position, traits);
    }
}
