using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Operations;

/// <summary>Orders of records: by fields, by fields of related records, by their number, by relevance.</summary>
internal sealed class OrderGenerator(GenerationContext context)
{
    private readonly Dice dice = context.Dice;

    /// <summary>An order in which no two records are equal.</summary>
    public JsonArray Total(ModelBlueprint model)
    {
        JsonArray order = dice.OneIn(2) ? [] : Some(model);
        foreach (string field in model.Id.Fields)
        {
            order.Add(new JsonObject { [field] = Direction() });
        }
        return order;
    }

    /// <summary>Any order, in which records may be equal.</summary>
    public JsonArray Some(ModelBlueprint model) =>
        new([.. Enumerable.Range(0, dice.Between(1, 2)).Select(_ => One(model, 2)).OfType<JsonNode>()]);

    private JsonObject? One(ModelBlueprint model, int depth)
    {
        RelationEnd[] ends = [.. context.Schema.EndsOf(model.Name)];
        if (depth > 0 && ends.Length > 0 && dice.OneIn(4))
        {
            RelationEnd end = dice.Pick(ends);
            JsonObject? inner = end.IsList ? new JsonObject { ["_count"] = Direction() } : One(context.Schema.Model(end.Other), depth - 1);
            return inner is null ? null : new JsonObject { [end.Name] = inner };
        }
        if (context.Schema.Has("fullTextSearchPostgres") && dice.OneIn(8))
        {
            return Relevance(model);
        }
        FieldBlueprint[] fields = [.. model.Visible.Where(field => field.IsSortable || field.IsList)];
        FieldBlueprint chosen = dice.Pick(fields);
        if (!chosen.IsRequired && dice.OneIn(2))
        {
            JsonObject sort = new() { ["sort"] = Direction() };
            if (dice.OneIn(2))
            {
                sort["nulls"] = dice.Pick(["first", "last"]);
            }
            return new JsonObject { [chosen.Name] = sort };
        }
        return new JsonObject { [chosen.Name] = Direction() };
    }

    private JsonObject? Relevance(ModelBlueprint model)
    {
        string[] texts = [.. model.Visible.Where(field => field is { Kind: ScalarKind.String, IsList: false }).Select(field => field.Name)];
        if (texts.Length == 0)
        {
            return null;
        }
        JsonNode fields = dice.OneIn(2)
            ? JsonValue.Create(texts[0])
            : new JsonArray([.. dice.Some(texts, 1, 2).Select(name => (JsonNode)name)]);
        JsonObject relevance = new()
        {
            ["fields"] = fields,
            ["search"] = dice.Pick(["hello", "a"]),
            ["sort"] = Direction(),
        };
        return new JsonObject { ["_relevance"] = relevance };
    }

    private string Direction() => dice.Pick(["asc", "desc"]);
}
