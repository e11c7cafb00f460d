using System.Runtime.InteropServices;
using Dormouse.Schema.Binding;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Naming;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Validation;

/// <summary>
/// The rules for names of constraints: within a database schema no two keys or indexes have one name, and within a table none has the
/// name of a foreign key. Names that clients use are unique within their model.
/// </summary>
internal static class ConstraintNameRules
{
    public static void Check(BindingContext context)
    {
        List<ModelNames> models = [.. context.Models.Select(model => new ModelNames(model))];
        foreach (RelationEntry relation in context.Relations)
        {
            if (relation.Kind != RelationKind.ManyToMany)
            {
                ModelEntry owner = relation.Forward?.Owner ?? relation.Back!.Target!;
                models[owner.Position].ForeignKeys.Add((relation, ForeignKey(owner, relation)));
            }
        }
        Dictionary<(string? Schema, string Name), int> global = [];
        foreach (ModelNames names in models)
        {
            foreach (string name in names.OwnNames)
            {
                Count(global, (names.Model.Model.Schema, name));
            }
        }
        // Cleared for each model, since making one costs more than most models have names.
        Dictionary<string, int> local = [];
        foreach (ModelNames names in models)
        {
            local.Clear();
            foreach (string name in names.OwnNames)
            {
                Count(local, name);
            }
            foreach ((_, string name) in names.ForeignKeys)
            {
                Count(local, name);
            }
            CheckModel(context, names, global, local);
        }
    }

    private static void CheckModel(
        BindingContext context,
        ModelNames names,
        Dictionary<(string? Schema, string Name), int> global,
        Dictionary<string, int> local
    )
    {
        ModelEntry model = names.Model;
        if (model.Key is { } key)
        {
            string name = names.OwnNames[^1];
            if (global[(model.Model.Schema, name)] > 1)
            {
                context.Report(ModelMessages.GlobalName(name, key.AttributeName, key.Attribute.SpanOf("map")));
            }
            if (local[name] > 1)
            {
                context.Report(ModelMessages.NameWithinModel(name, model.Name, key.AttributeName, key.Attribute.SpanOf("map")));
            }
            CheckCustomName(context, model, key.Key.Name, key.AttributeName, key.Attribute);
        }
        for (int i = 0; i < model.Indexes.Count; i++)
        {
            IndexEntry index = model.Indexes[i];
            string name = names.OwnNames[i];
            if (global[(model.Model.Schema, name)] > 1)
            {
                context.Report(ModelMessages.GlobalName(name, index.AttributeName, index.Attribute.SpanOf("map")));
            }
            CheckCustomName(context, model, index.Index.Name, index.AttributeName, index.Attribute);
        }
        foreach ((RelationEntry relation, string name) in names.ForeignKeys)
        {
            if (local[name] > 1)
            {
                SourceSpan span = relation.Forward?.Syntax.SpanOf("relation", "map") ?? model.Syntax.Name.Span;
                context.Report(ModelMessages.NameWithinModel(name, model.Name, "@relation", span));
            }
        }
    }

    private static void CheckCustomName(BindingContext context, ModelEntry model, string? name, string attribute, AttributeSyntax syntax)
    {
        if (name is null)
        {
            return;
        }
        if (model.Indexes.Count(index => index.Index.Name == name) + (model.Key?.Key.Name == name ? 1 : 0) > 1)
        {
            context.Report(ModelMessages.CustomName(name, attribute, syntax.SpanOf("name")));
        }
        if (model.ByName.ContainsKey(name))
        {
            context.Report(ModelMessages.CustomNameIsField(model, name, attribute));
        }
    }

    private static string ForeignKey(ModelEntry model, RelationEntry relation) =>
        relation.Forward?.Relation!.MappedForeignKey
        ?? ConstraintNames.ForeignKey(model.Model.DatabaseName, (relation.Forward?.Fields ?? []).Select(item => item.Scalar!.DatabaseName));

    private static void Count<T>(Dictionary<T, int> counts, T name)
        where T : notnull => CollectionsMarshal.GetValueRefOrAddDefault(counts, name, out _)++;

    /// <summary>The names in the database that a model's constraints have, each derived once.</summary>
    private sealed class ModelNames(ModelEntry model)
    {
        public ModelEntry Model { get; } = model;

        /// <summary>Of its indexes in their order, and then of its key, where it has one.</summary>
        public string[] OwnNames { get; } =
        [.. model.Indexes.Select(index => index.Index.DatabaseName), .. model.Key is { } key ? [key.Key.DatabaseName] : (string[])[]];

        public List<(RelationEntry Relation, string Name)> ForeignKeys { get; } = [];
    }
}
