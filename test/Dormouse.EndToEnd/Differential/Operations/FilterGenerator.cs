using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Operations;

/// <summary>Conditions on records: on fields, on relations, and combined.</summary>
internal sealed class FilterGenerator(GenerationContext context)
{
    private readonly Dice dice = context.Dice;
    private readonly ScalarFilterGenerator scalars = new(context);

    /// <summary>A condition on records of a model; relations in it lead at most so deep.</summary>
    public JsonObject Where(ModelBlueprint model, int depth)
    {
        JsonObject where = [];
        for (int count = dice.Pick([0, 1, 1, 1, 2, 3]); count > 0; count--)
        {
            AddPart(where, model, depth);
        }
        return where;
    }

    /// <summary>What finds one record, now and then with conditions besides.</summary>
    public JsonObject Unique(ModelBlueprint model)
    {
        JsonObject where = context.Unique(model);
        if (dice.OneIn(6))
        {
            foreach ((string name, JsonNode? condition) in Where(model, 1).ToArray())
            {
                if (!where.ContainsKey(name))
                {
                    where[name] = condition?.DeepClone();
                }
            }
        }
        return where;
    }

    private void AddPart(JsonObject where, ModelBlueprint model, int depth)
    {
        RelationEnd[] ends = [.. context.Schema.EndsOf(model.Name)];
        switch (dice.Below(8))
        {
            case 0 when depth > 0:
                AddCombination(where, model, depth - 1);
                break;
            case 1 or 2 when depth > 0 && ends.Length > 0:
                RelationEnd end = dice.Pick(ends);
                where[end.Name] = Relation(end, depth - 1);
                break;
            default:
                FieldBlueprint field = dice.Pick(model.Visible);
                where[field.Name] = scalars.Next(model, field);
                break;
        }
    }

    private void AddCombination(JsonObject where, ModelBlueprint model, int depth)
    {
        string name = dice.Pick(["AND", "OR", "NOT"]);
        JsonNode inner = dice.Below(5) switch
        {
            0 when name != "OR" => Where(model, depth),
            1 => new JsonArray(),
            _ => new JsonArray([.. Enumerable.Range(0, dice.Between(1, 3)).Select(_ => Where(model, depth))]),
        };
        where[name] = inner;
    }

    private JsonObject? Relation(RelationEnd end, int depth)
    {
        ModelBlueprint other = context.Schema.Model(end.Other);
        JsonObject filter = [];
        if (end.IsList)
        {
            foreach (string name in dice.Some(["some", "every", "none"], 1, dice.OneIn(5) ? 2 : 1))
            {
                filter[name] = Where(other, depth);
            }
            return filter;
        }
        bool mayBeNull = !end.IsRequired;
        switch (dice.Below(5))
        {
            case 0 when mayBeNull:
                return null;
            case 1:
                return Where(other, depth);
            case 2 when mayBeNull:
                filter[dice.Pick(["is", "isNot"])] = null;
                return filter;
            default:
                filter[dice.Pick(["is", "isNot"])] = Where(other, depth);
                return filter;
        }
    }
}
