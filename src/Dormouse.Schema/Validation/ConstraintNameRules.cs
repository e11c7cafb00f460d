using Dormouse.Schema.Binding;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Naming;

namespace Dormouse.Schema.Validation;

/// <summary>
/// The rules for names of constraints: within a database schema no two keys or indexes have one name, and within a table none has the
/// name of a foreign key. Names that clients use are unique within their model.
/// </summary>
internal static class ConstraintNameRules
{
    public static void Check(BindingContext context)
    {
        if (!AreUnique(context))
        {
            CheckEach(context);
        }
        foreach (ModelEntry model in context.Models)
        {
            CheckCustomNames(context, model);
        }
    }

    /// <summary>Works out the numbers by which <see cref="AreUnique"/> tells the names of one model, for which these need not be made.</summary>
    public static void Hash(ModelEntry model)
    {
        NameHash table = new(model.Model.Schema);
        table.Append(model.Model.DatabaseName);
        var hashes = new ulong[(model.Key is null ? 0 : 1) + model.Indexes.Count + model.KeyedRelations.Count];
        int filled = 0;
        if (model.Key is { } key)
        {
            hashes[filled++] = HashOf(table, model.Model, key.Key);
        }
        foreach (IndexEntry index in model.Indexes)
        {
            hashes[filled++] = HashOf(table, model.Model, index);
        }
        for (int index = 0; index < model.KeyedRelations.Count; index++)
        {
            hashes[filled++] = HashOf(table, model, model.KeyedRelations[index]);
        }
        model.NameHashes = hashes;
    }

    /// <summary>
    /// Whether no name at all stands twice in a database schema, which is more than the rules ask, and usual. Where two numbers are equal,
    /// the names themselves are looked at.
    /// </summary>
    private static bool AreUnique(BindingContext context)
    {
        HashSet<ulong> hashes = new(context.Models.Sum(model => model.NameHashes.Length));
        foreach (ModelEntry model in context.Models)
        {
            foreach (ulong hash in model.NameHashes)
            {
                if (!hashes.Add(hash))
                {
                    return false;
                }
            }
        }
        return true;
    }

    /// <param name="hash">That of the table's name, with which the others begin.</param>
    private static ulong HashOf(NameHash hash, Model model, PrimaryKey key)
    {
        if (key.MappedName is { } given)
        {
            return NameHash.Of(model.Schema, given);
        }
        hash.Append(ConstraintNames.PrimaryKeySuffix);
        return hash.MayBeCut ? NameHash.Of(model.Schema, key.DatabaseName) : hash.Value;
    }

    private static ulong HashOf(NameHash hash, Model model, IndexEntry index)
    {
        if (index.Index.MappedName is { } given)
        {
            return NameHash.Of(model.Schema, given);
        }
        foreach (IndexFieldEntry column in index.Fields)
        {
            hash.Append("_");
            hash.Append(column.Field.Scalar!.DatabaseName);
        }
        hash.Append(ConstraintNames.IndexSuffix(index.Index.Kind == IndexKind.Unique));
        return hash.MayBeCut || index.Fields.Length == 0 ? NameHash.Of(model.Schema, index.Index.DatabaseName) : hash.Value;
    }

    private static ulong HashOf(NameHash hash, ModelEntry model, RelationEntry relation)
    {
        string? schema = model.Model.Schema;
        if (relation.Forward is not { Relation.MappedForeignKey: null, Fields: { Length: > 0 } columns })
        {
            return NameHash.Of(schema, ForeignKey(model, relation));
        }
        foreach (FieldEntry column in columns)
        {
            hash.Append("_");
            hash.Append(column.Scalar!.DatabaseName);
        }
        hash.Append(ConstraintNames.ForeignKeySuffix);
        return hash.MayBeCut ? NameHash.Of(schema, ForeignKey(model, relation)) : hash.Value;
    }

    private static void CheckEach(BindingContext context)
    {
        Dictionary<(string? Schema, string Name), int> global = Count(
            context.Models.SelectMany(model =>
                model
                    .Indexes.Select(index => index.Index.DatabaseName)
                    .Concat(model.Key is null ? [] : [model.Key.Key.DatabaseName])
                    .Select(name => (model.Model.Schema, name))
            )
        );
        foreach (ModelEntry model in context.Models)
        {
            CheckModel(context, model, global);
        }
    }

    private static void CheckModel(BindingContext context, ModelEntry model, Dictionary<(string? Schema, string Name), int> global)
    {
        (RelationEntry Relation, string Name)[] foreignKeys =
        [
            .. model.KeyedRelations.Select(relation => (relation, ForeignKey(model, relation))),
        ];
        Dictionary<string, int> local = Count(
            foreignKeys
                .Select(pair => pair.Name)
                .Concat(model.Indexes.Select(index => index.Index.DatabaseName))
                .Concat(model.Key is null ? [] : [model.Key.Key.DatabaseName])
        );
        if (model.Key is { } key)
        {
            string name = key.Key.DatabaseName;
            SourceSpan span = key.Attribute.SpanOf("map");
            if (global[(model.Model.Schema, name)] > 1)
            {
                context.Report(ModelMessages.GlobalName(name, key.AttributeName, span));
            }
            if (local[name] > 1)
            {
                context.Report(ModelMessages.NameWithinModel(name, model.Name, key.AttributeName, span));
            }
        }
        foreach (IndexEntry index in model.Indexes)
        {
            string name = index.Index.DatabaseName;
            if (global[(model.Model.Schema, name)] > 1)
            {
                context.Report(ModelMessages.GlobalName(name, index.AttributeName, index.Attribute.SpanOf("map")));
            }
        }
        foreach ((RelationEntry relation, string name) in foreignKeys)
        {
            if (local[name] > 1)
            {
                SourceSpan span = relation.Forward?.Syntax.SpanOf("relation", "map") ?? model.Syntax.Name.Span;
                context.Report(ModelMessages.NameWithinModel(name, model.Name, "@relation", span));
            }
        }
    }

    private static void CheckCustomNames(BindingContext context, ModelEntry model)
    {
        if (model.Key?.Key.Name is null && !model.Indexes.Exists(index => index.Index.Name is not null))
        {
            return;
        }
        Dictionary<string, int> custom = Count(
            model
                .Indexes.Select(index => index.Index.Name)
                .Append(model.Key?.Key.Name)
                .Where(name => name is not null)
                .Select(name => name!)
        );
        if (model.Key is { } key)
        {
            CheckCustomName(context, model, custom, key.Key.Name, key.AttributeName, key.Attribute.SpanOf("name"));
        }
        foreach (IndexEntry index in model.Indexes)
        {
            CheckCustomName(context, model, custom, index.Index.Name, index.AttributeName, index.Attribute.SpanOf("name"));
        }
    }

    private static void CheckCustomName(
        BindingContext context,
        ModelEntry model,
        Dictionary<string, int> custom,
        string? name,
        string attribute,
        SourceSpan span
    )
    {
        if (name is null)
        {
            return;
        }
        if (custom[name] > 1)
        {
            context.Report(ModelMessages.CustomName(name, attribute, span));
        }
        if (model.FindField(name) is not null)
        {
            context.Report(ModelMessages.CustomNameIsField(model, name, attribute));
        }
    }

    private static string ForeignKey(ModelEntry model, RelationEntry relation) =>
        relation.Forward?.Relation!.MappedForeignKey
        ?? ConstraintNames.ForeignKey(model.Model.DatabaseName, (relation.Forward?.Fields ?? []).Select(item => item.Scalar!.DatabaseName));

    private static Dictionary<T, int> Count<T>(IEnumerable<T> names)
        where T : notnull
    {
        Dictionary<T, int> counts = [];
        foreach (T name in names)
        {
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }
        return counts;
    }
}
