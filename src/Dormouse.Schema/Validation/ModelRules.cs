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
            if (field.Scalar is { } scalar)
            {
                CheckAlone(context, field, scalar);
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
        if (!HasSchema(context, model.Model.Schema, model.SchemaSpan))
        {
            context.Report(ModelMessages.MissingSchema(model));
        }
    }

    /// <summary>The rules that look at one field, whatever its name and model; of fields of lines that are alike at one is enough.</summary>
    private static void CheckAlone(BindingContext context, FieldEntry entry, ScalarField field)
    {
        FieldTail tail = entry.Syntax.Tail;
        if (tail.Traits is { Stage: TraitsStage.Checked } known)
        {
            field.Traits = known;
        }
        else if (field.IsUnsupported)
        {
            NativeTypeRules.CheckUnsupported(context, entry);
        }
        else if (field.Type is not null && entry.Syntax.Attributes.Length > 0)
        {
            NativeType? type = NativeTypeRules.Check(context, entry);
            DefaultRules.Check(context, entry);
            field.Traits = tail.Traits = field.Traits with { Stage = TraitsStage.Checked, NativeType = type };
        }
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
            if (!HasSchema(context, entry.Type.Schema, entry.SchemaSpan))
            {
                context.Report(ModelMessages.EnumMissingSchema(span));
            }
        }
    }

    public static void CheckDatabaseNames(BindingContext context)
    {
        // Models without a name of their own there differ as they are.
        if (context.Models.TrueForAll(model => model.Model.MappedName is null))
        {
            return;
        }
        Dictionary<(string? Schema, string Name), ModelEntry> names = new(context.Models.Count);
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
        // Most have such a key, for which the others need not be looked at.
        if (model.Key is { Fields: [{ Field.Scalar: { IsRequired: true, IsUnsupported: false } }] })
        {
            return;
        }
        foreach (IndexFieldEntry[] fields in model.UniqueFields)
        {
            if (Array.TrueForAll(fields, item => item.Field.Scalar is { IsRequired: true, IsUnsupported: false }))
            {
                return;
            }
        }
        string[] loose = [.. model.UniqueFields.Select(fields => string.Join(", ", fields.Select(item => item.Field.Name)))];
        context.Report(ModelMessages.NoUniqueCriterion(model, loose));
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
        if (Array.Exists(key.Fields, item => item.HasLength))
        {
            context.Report(IndexMessages.KeyLength(key));
        }
        if (Array.Exists(key.Fields, item => item.Sort is not null))
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
        if (Array.Exists(index.Fields, item => item.HasLength))
        {
            context.Report(IndexMessages.Length(index));
        }
        if (index.Index.Algorithm == IndexAlgorithm.Hash && Array.Exists(index.Fields, item => item.Sort is not null))
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
        if ((isUnique || index.IsFulltext) && Array.Exists(index.Fields, item => item.OperatorClass is not null))
        {
            context.Report(IndexMessages.UniqueOperatorClass(index));
        }
        if (Array.FindIndex(index.Fields, item => item.Field.Scalar!.NativeType?.Name == "Xml") is >= 0 and int xml)
        {
            SourceSpan span = index.Fields[xml].Field.Syntax.Span;
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
        if (model.FindField(joined)?.Scalar is not null)
        {
            context.Report(ModelMessages.JoinedNameIsField(model, joined, attribute, syntax.Span));
        }
    }

    /// <summary>False where a schema must be named and none is; one that is named is checked.</summary>
    private static bool HasSchema(BindingContext context, string? schema, SourceSpan? span)
    {
        if (context.Datasource is not { } datasource)
        {
            return true;
        }
        if (schema is null)
        {
            return context.SchemasSpan is null;
        }
        if (!datasource.Schemas.Contains(schema))
        {
            context.Report(ModelMessages.UnknownSchema(Spelling.Suggestion(schema, datasource.Schemas), span!.Value));
        }
        return true;
    }
}
