using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Runs;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Operations;

/// <summary>What is selected of records: scalars, relations with arguments of their own at any depth, numbers of related records.</summary>
internal sealed class SelectionGenerator(GenerationContext context, FilterGenerator filters, OrderGenerator orders)
{
    private readonly Dice dice = context.Dice;

    /// <summary>A selection that clients send for <c>select</c>, <c>include</c>, <c>omit</c> or none of them.</summary>
    public JsonObject Next(ModelBlueprint model, int depth)
    {
        JsonObject selection = dice.Below(4) switch
        {
            0 => Chosen(model),
            1 when model.Visible.Count > 1 => AllBut(model),
            _ => All(),
        };
        RelationEnd[] ends = [.. context.Schema.EndsOf(model.Name)];
        if (depth > 0)
        {
            foreach (RelationEnd end in ends.Where(_ => dice.OneIn(3)))
            {
                selection[end.Name] = Related(end, depth - 1);
            }
        }
        RelationEnd[] lists = [.. ends.Where(end => end.IsList)];
        if (lists.Length > 0 && dice.OneIn(6))
        {
            selection["_count"] = new JsonObject { ["arguments"] = new JsonObject(), ["selection"] = Counts(lists) };
        }
        return selection;
    }

    /// <summary>What a client sends that asks for nothing in particular.</summary>
    public static JsonObject All() => new() { ["$composites"] = true, ["$scalars"] = true };

    /// <summary>Arguments of a list of records, inside or outside of another.</summary>
    public JsonObject ListArguments(ModelBlueprint model, int depth, bool distinct = true)
    {
        JsonObject arguments = [];
        if (!dice.OneIn(3))
        {
            arguments["where"] = filters.Where(model, depth);
        }
        bool choosy = dice.OneIn(2);
        if (choosy || !dice.OneIn(3))
        {
            JsonArray order = dice.OneIn(5) && !choosy ? orders.Some(model) : orders.Total(model);
            arguments["orderBy"] = order.Count == 1 && dice.OneIn(2) ? order[0]!.DeepClone() : order;
        }
        if (choosy)
        {
            AddPage(arguments, model);
            if (distinct && dice.OneIn(4))
            {
                string[] names = [.. dice.Some(model.Visible, 1, 2).Select(field => field.Name)];
                arguments["distinct"] = new JsonArray([.. names.Select(name => (JsonNode)name)]);
                if (context.Schema.Has("relationJoins"))
                {
                    PeerDefects.AvoidTheEndOfDistinct(arguments);
                }
            }
        }
        return arguments;
    }

    private void AddPage(JsonObject arguments, ModelBlueprint model)
    {
        if (dice.OneIn(2))
        {
            arguments["take"] = dice.Pick([1, 2, 3, -1, -2, 0, 100]);
        }
        if (dice.OneIn(3))
        {
            arguments["skip"] = dice.Pick([0, 1, 2]);
        }
        if (dice.OneIn(4))
        {
            arguments["cursor"] = context.Unique(model);
        }
    }

    private JsonObject Chosen(ModelBlueprint model)
    {
        JsonObject selection = [];
        foreach (FieldBlueprint field in dice.Some(model.Visible, 1, 4))
        {
            selection[field.Name] = true;
        }
        return selection;
    }

    private JsonObject AllBut(ModelBlueprint model)
    {
        JsonObject selection = All();
        foreach (FieldBlueprint field in dice.Some(model.Visible, 1, Math.Min(2, model.Visible.Count - 1)))
        {
            selection[field.Name] = false;
        }
        return selection;
    }

    private JsonObject Related(RelationEnd end, int depth)
    {
        ModelBlueprint other = context.Schema.Model(end.Other);
        JsonObject arguments = [];
        if (end.IsList)
        {
            arguments = ListArguments(other, 1);
        }
        else if (!end.IsRequired && dice.OneIn(4))
        {
            arguments["where"] = filters.Where(other, 1);
        }
        return new JsonObject { ["arguments"] = arguments, ["selection"] = Next(other, depth) };
    }

    private JsonObject Counts(RelationEnd[] lists)
    {
        JsonObject counts = [];
        foreach (RelationEnd end in dice.Some(lists, 1, 2))
        {
            if (dice.OneIn(2))
            {
                counts[end.Name] = true;
                continue;
            }
            JsonObject arguments = new() { ["where"] = filters.Where(context.Schema.Model(end.Other), 1) };
            counts[end.Name] = new JsonObject { ["arguments"] = arguments, ["selection"] = new JsonObject() };
        }
        return counts;
    }
}
