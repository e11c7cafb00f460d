using Dormouse.Schema.Binding;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Naming;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Validation;

/// <summary>The rules for one model with its fields, keys and indexes, and for the database names of models and enums.</summary>
internal static class ModelRules
{
    public static void Check(BindingContext context, ModelEntry model)
    {
        foreach (FieldEntry field in model.Fields)
        {
            if (field.Scalar is not null)
            {
                NativeTypeRules.Check(context, field);
                DefaultRules.Check(context, field);
            }
        }
        CheckUniqueCriterion(context, model);
        if (model.Model.IsView)
        {
            CheckView(context, model);
        }
        if (model.Key is { } key)
        {
            CheckKey(context, model, key);
        }
        foreach (IndexEntry index in model.Indexes)
        {
            CheckIndex(context, model, index);
        }
        CheckSchema(context, model.Model.Schema, model.SchemaSpan, () => ModelMessages.MissingSchema(model));
    }

    public static void CheckEnums(BindingContext context)
    {
        HashSet<(string? Schema, string Name)> names = [];
        foreach (EnumEntry entry in context.Enums)
        {
            SourceSpan span = entry.Syntax.Name.Span;
            if (!names.Add((entry.Type.Schema, entry.Type.DatabaseName)))
            {
                context.Report(ModelMessages.EnumDatabaseName(span));
            }
            CheckSchema(context, entry.Type.Schema, entry.SchemaSpan, () => ModelMessages.EnumMissingSchema(span));
        }
    }

    public static void CheckDatabaseNames(BindingContext context)
    {
        Dictionary<(string? Schema, string Name), ModelEntry> names = [];
        foreach (ModelEntry model in context.Models)
        {
            (string?, string) key = (model.Model.Schema, model.Model.DatabaseName);
            if (!names.TryAdd(key, model))
            {
                // The fault is where a name was given: here, or at the model that took this one's name.
                ModelEntry existing = names[key];
                (ModelEntry at, ModelEntry other) = model.MapAttribute is not null ? (model, existing) : (existing, model);
                SourceSpan span = at.MapAttribute?.Span ?? at.Syntax.Name.Span;
                context.Report(ModelMessages.DatabaseName(model.Model.DatabaseName, other.Name, span));
            }
        }
    }

    private static void CheckUniqueCriterion(BindingContext context, ModelEntry model)
    {
        if (model.Model.IsIgnored || model.Model.IsView || model.Syntax.HasBrokenLines)
        {
            return;
        }
        bool isIdentified = model.UniqueFields.Any(fields =>
            fields.All(item => item.Field.Scalar is { IsRequired: true, IsUnsupported: false })
        );
        if (!isIdentified)
        {
            string[] loose = [.. model.UniqueFields.Select(fields => string.Join(", ", fields.Select(item => item.Field.Name)))];
            context.Report(ModelMessages.NoUniqueCriterion(model, loose));
        }
    }

    private static void CheckView(BindingContext context, ModelEntry view)
    {
        if (!context.HasPreviewFeature("views"))
        {
            context.Report(ModelMessages.ViewsFeature(view.Syntax.Name.Span));
        }
        if (view.Key is { } key)
        {
            context.Report(ModelMessages.ViewKey(key.Attribute.Span));
        }
        foreach (IndexEntry index in view.Indexes.Where(index => index.Index.Kind == IndexKind.Normal))
        {
            context.Report(ModelMessages.ViewIndex(index.Attribute.Span));
        }
    }

    private static void CheckKey(BindingContext context, ModelEntry model, KeyEntry key)
    {
        if (key.Fields.Length == 0)
        {
            context.Report(IndexMessages.EmptyKey(key));
        }
        if (key.Fields.Any(item => item.HasLength))
        {
            context.Report(IndexMessages.KeyLength(key));
        }
        if (key.Fields.Any(item => item.Sort is not null))
        {
            context.Report(IndexMessages.KeySort(key));
        }
        if (key.IsClustered)
        {
            context.Report(IndexMessages.ClusteredKey(key));
        }
        CheckLength(context, model, key.Key.MappedName, key.AttributeName, key.Attribute);
        CheckJoinedName(context, model, key.Fields, key.AttributeName, key.Attribute);
    }

    private static void CheckIndex(BindingContext context, ModelEntry model, IndexEntry index)
    {
        if (index.IsFulltext)
        {
            context.Report(IndexMessages.Fulltext(index));
        }
        if (index.Fields.Length == 0)
        {
            context.Report(IndexMessages.Empty(index));
        }
        if (index.Fields.Any(item => item.HasLength))
        {
            context.Report(IndexMessages.Length(index));
        }
        if (index.Index.Algorithm == IndexAlgorithm.Hash && index.Fields.Any(item => item.Sort is not null))
        {
            context.Report(IndexMessages.HashSort(index));
        }
        if (index.Index.Algorithm == IndexAlgorithm.SpGist && index.Fields.Length != 1)
        {
            context.Report(IndexMessages.SpGistColumns(index));
        }
        if (index.IsClustered)
        {
            context.Report(IndexMessages.Clustered(index));
        }
        bool isUnique = index.Index.Kind == IndexKind.Unique;
        if ((isUnique || index.IsFulltext) && index.Fields.Any(item => item.OperatorClass is not null))
        {
            context.Report(IndexMessages.UniqueOperatorClass(index));
        }
        if (index.Fields.FirstOrDefault(item => item.Field.Scalar!.NativeType?.Name == "Xml") is { } xml)
        {
            SourceSpan span = xml.Field.Syntax.Span;
            context.Report(isUnique ? IndexMessages.XmlUnique(span) : IndexMessages.XmlIndex(span));
        }
        OperatorClassRules.Check(context, index);
        CheckLength(context, model, index.Index.MappedName, index.AttributeName, index.Attribute);
        if (isUnique)
        {
            CheckJoinedName(context, model, index.Fields, index.AttributeName, index.Attribute);
        }
    }

    private static void CheckLength(BindingContext context, ModelEntry model, string? name, string attribute, AttributeSyntax syntax)
    {
        if (name is not null && ConstraintNames.IsTooLong(name))
        {
            context.Report(ModelMessages.NameTooLong(model, name, attribute, syntax.Span));
        }
    }

    /// <summary>Clients call a compound key after its fields; no field may have that name.</summary>
    private static void CheckJoinedName(
        BindingContext context,
        ModelEntry model,
        IndexFieldEntry[] fields,
        string attribute,
        AttributeSyntax syntax
    )
    {
        if (fields.Length < 2)
        {
            return;
        }
        string joined = string.Join('_', fields.Select(item => item.Field.Name));
        if (model.ByName.TryGetValue(joined, out FieldEntry? clash) && clash.Scalar is not null)
        {
            context.Report(ModelMessages.JoinedNameIsField(model, joined, attribute, syntax.Span));
        }
    }

    private static void CheckSchema(BindingContext context, string? schema, SourceSpan? span, Func<Diagnostic> missing)
    {
        if (context.Datasource is not { } datasource)
        {
            return;
        }
        if (schema is null)
        {
            if (context.SchemasSpan is not null)
            {
                context.Report(missing());
            }
        }
        else if (!datasource.Schemas.Contains(schema))
        {
            context.Report(ModelMessages.UnknownSchema(Spelling.Suggestion(schema, datasource.Schemas), span!.Value));
        }
    }
}
