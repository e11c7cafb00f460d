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
            if (entry.Syntax.Values.Count == 0 && !entry.Syntax.HasBrokenLines)
            {
                context.Report(NameMessages.EmptyEnum(entry.Syntax.Span));
            }
        }
        foreach (ModelEntry entry in context.Models)
        {
            Resolve(context, entry);
        }
    }

    private static void Resolve(BindingContext context, ModelEntry entry)
    {
        List<Field> fields = new(entry.Fields.Length);
        List<ScalarField> scalars = new(entry.Fields.Length);
        List<RelationField> relations = [];
        foreach (FieldEntry field in entry.Fields)
        {
            Resolve(context, entry.Model, field);
            if (field.Scalar is { } scalar)
            {
                fields.Add(scalar);
                scalars.Add(scalar);
            }
            else if (field.Relation is { } relation)
            {
                fields.Add(relation);
                relations.Add(relation);
            }
        }
        entry.Model.Fields = fields;
        entry.Model.ScalarFields = scalars;
        entry.Model.RelationFields = relations;
    }

    private static void Resolve(BindingContext context, Model model, FieldEntry entry)
    {
        TypeSyntax type = entry.Syntax.Type;
        FieldArity arity = (FieldArity)entry.Syntax.Arity;
        string name = entry.Name;
        string? documentation = entry.Syntax.Documentation;
        if (type.IsUnsupported)
        {
            entry.Scalar = new ScalarField(model, name, arity, documentation, entry.Position)
            {
                UnsupportedType = type.Name,
                IsIgnored = true,
            };
        }
        else if (ScalarTypes.TryParse(type.Name, out ScalarType scalar))
        {
            entry.Scalar = new ScalarField(model, name, arity, documentation, entry.Position) { Type = scalar };
        }
        else if (context.ModelsByName.TryGetValue(type.Name, out ModelEntry? target))
        {
            entry.Target = target;
            entry.Relation = new RelationField(model, name, arity, documentation, entry.Position, target.Model);
        }
        else if (context.EnumsByName.TryGetValue(type.Name, out EnumEntry? found))
        {
            entry.Scalar = new ScalarField(model, name, arity, documentation, entry.Position) { Enum = found.Type };
        }
        else if (!context.CompositeTypes.Contains(type.Name) && !context.BrokenNames.Contains(type.Name))
        {
            IEnumerable<string> known = ScalarTypes.Names.Concat(context.ModelsByName.Keys).Concat(context.EnumsByName.Keys);
            context.Report(NameMessages.UnknownType(type.Name, Spelling.Suggestion(type.Name, known), type.Span));
        }
    }
}
