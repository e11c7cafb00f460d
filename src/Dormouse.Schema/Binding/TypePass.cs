using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>Pass 2: every field becomes a scalar or a relation field. One of an unknown type stays neither and is left alone later.</summary>
internal static class TypePass
{
    public static void Run(BindingContext context)
    {
        foreach (EnumEntry entry in context.Enums)
        {
            if (entry.Syntax.Values.Length == 0 && !entry.Syntax.HasBrokenLines)
            {
                context.Report(NameMessages.EmptyEnum(entry.Syntax.Span));
            }
        }
        context.ForEachModel(Resolve);
    }

    private static void Resolve(BindingContext context, ModelEntry entry)
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
        if (context.ModelsByName.TryGetValue(type.Name, out ModelEntry? target))
        {
            (entry.Owner.Details ??= new RelationDetails?[entry.Owner.Known.Length])[entry.Position] = new RelationDetails(target);
            FieldArity arity = (FieldArity)syntax.Arity;
            return new RelationField(entry.Owner.Model, syntax.Text, arity, syntax.Documentation, entry.Position, target.Model);
        }
        if (context.EnumsByName.TryGetValue(type.Name, out EnumEntry? found))
        {
            return Documented(entry, found.Type.PlainTraits);
        }
        if (!context.CompositeTypes.Contains(type.Name) && !context.BrokenNames.Contains(type.Name))
        {
            IEnumerable<string> names = ScalarTypes.Names.Concat(context.ModelsByName.Keys).Concat(context.EnumsByName.Keys);
            context.Report(NameMessages.UnknownType(type.Name, Spelling.Suggestion(type.Name, names), type.Span));
        }
        return null;
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
