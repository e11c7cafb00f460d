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
        foreach (ModelEntry entry in context.Models)
        {
            Resolve(context, entry);
        }
    }

    private static void Resolve(BindingContext context, ModelEntry entry)
    {
        int scalars = 0;
        int relations = 0;
        foreach (FieldEntry field in entry.Fields)
        {
            Resolve(context, entry.Model, field);
            scalars += field.Scalar is null ? 0 : 1;
            relations += field.Relation is null ? 0 : 1;
        }
        Sort(entry, new ScalarField[scalars], new RelationField[relations]);
    }

    /// <summary>Fills the lists of fields by kind; what is neither is in none of them.</summary>
    private static void Sort(ModelEntry entry, ScalarField[] scalars, RelationField[] relations)
    {
        var fields = new Field[scalars.Length + relations.Length];
        int scalar = 0;
        int relation = 0;
        entry.RelationFields = relations.Length == 0 ? [] : new FieldEntry[relations.Length];
        foreach (FieldEntry field in entry.Fields)
        {
            if (field.Scalar is not null)
            {
                fields[scalar + relation] = scalars[scalar] = field.Scalar;
                scalar++;
            }
            else if (field.Relation is not null)
            {
                entry.RelationFields[relation] = field;
                fields[scalar + relation] = relations[relation] = field.Relation;
                relation++;
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
            entry.Field = new ScalarField(model, name, arity, documentation, entry.Position)
            {
                UnsupportedType = type.Name,
                IsIgnored = true,
            };
        }
        else if (ScalarTypes.TryParse(type.Name, out ScalarType scalar))
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
