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
        int known = 0;
        int relations = 0;
        foreach (FieldEntry field in entry.Fields)
        {
            Resolve(context, entry.Model, field);
            known += field.Field is null ? 0 : 1;
            relations += field.Relation is null ? 0 : 1;
        }
        Fill(entry, new Field[known], relations == 0 ? [] : new FieldEntry[relations]);
    }

    /// <summary>Fills the lists of fields; one of an unknown type is in none of them.</summary>
    private static void Fill(ModelEntry entry, Field[] fields, FieldEntry[] relations)
    {
        int filled = 0;
        int filledRelations = 0;
        foreach (FieldEntry field in entry.Fields)
        {
            if (field.Field is { } known)
            {
                fields[filled++] = known;
            }
            if (field.Relation is not null)
            {
                relations[filledRelations++] = field;
            }
        }
        entry.Model.Fields = fields;
        entry.RelationFields = relations;
    }

    private static void Resolve(BindingContext context, Model model, FieldEntry entry)
    {
        TypeSyntax type = entry.Syntax.Type;
        FieldArity arity = (FieldArity)entry.Syntax.Arity;
        string name = entry.Name;
        string? documentation = entry.Syntax.Documentation;
        if (type.IsUnsupported)
        {
            entry.Field = new ScalarField(model, name, arity, documentation, entry.Position)
            {
                UnsupportedType = type.Name,
                IsIgnored = true,
            };
        }
        else if (entry.Syntax.Scalar is { } scalar)
        {
            entry.Field = new ScalarField(model, name, arity, documentation, entry.Position) { Type = scalar };
        }
        else if (context.ModelsByName.TryGetValue(type.Name, out ModelEntry? target))
        {
            entry.Target = target;
            entry.Field = new RelationField(model, name, arity, documentation, entry.Position, target.Model);
        }
        else if (context.EnumsByName.TryGetValue(type.Name, out EnumEntry? found))
        {
            entry.Field = new ScalarField(model, name, arity, documentation, entry.Position) { Enum = found.Type };
        }
        else if (!context.CompositeTypes.Contains(type.Name) && !context.BrokenNames.Contains(type.Name))
        {
            IEnumerable<string> known = ScalarTypes.Names.Concat(context.ModelsByName.Keys).Concat(context.EnumsByName.Keys);
            context.Report(NameMessages.UnknownType(type.Name, Spelling.Suggestion(type.Name, known), type.Span));
        }
    }
}
