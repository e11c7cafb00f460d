using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Operations;

/// <summary>Aggregates and groups, with conditions on groups.</summary>
internal sealed class AggregateGenerator(
    GenerationContext context,
    FilterGenerator filters,
    OrderGenerator orders,
    ScalarFilterGenerator scalars
)
{
    private static readonly string[] Functions = ["_count", "_avg", "_sum", "_min", "_max"];

    private readonly Dice dice = context.Dice;

    /// <summary>The query of <c>aggregate</c>.</summary>
    public JsonObject Aggregate(ModelBlueprint model)
    {
        JsonObject arguments = [];
        if (dice.OneIn(2))
        {
            arguments["where"] = filters.Where(model, 2);
        }
        if (dice.OneIn(3))
        {
            arguments["orderBy"] = orders.Total(model);
            arguments["take"] = dice.Pick([1, 2, -2, 100]);
            if (dice.OneIn(3))
            {
                arguments["skip"] = 1;
            }
            if (dice.OneIn(3))
            {
                arguments["cursor"] = context.Unique(model);
            }
        }
        JsonObject selection = Selected(model);
        return new JsonObject { ["arguments"] = arguments, ["selection"] = selection };
    }

    /// <summary>The query of <c>groupBy</c>.</summary>
    public JsonObject Group(ModelBlueprint model)
    {
        FieldBlueprint[] fit = [.. model.Visible.Where(field => field.IsSortable)];
        IReadOnlyList<FieldBlueprint> by = dice.Some(fit, 1, 2);
        JsonObject selection = dice.OneIn(4) ? [] : Selected(model);
        foreach (FieldBlueprint field in by)
        {
            selection[field.Name] = true;
        }
        JsonObject arguments = new()
        {
            ["by"] = by.Count == 1 && dice.OneIn(2) ? by[0].Name : new JsonArray([.. by.Select(field => (JsonNode)field.Name)]),
        };
        if (dice.OneIn(2))
        {
            arguments["where"] = filters.Where(model, 1);
        }
        if (dice.OneIn(2))
        {
            arguments["having"] = Having(model, by, 1);
        }
        if (!dice.OneIn(3))
        {
            arguments["orderBy"] = GroupOrder(model, by);
            if (dice.OneIn(2))
            {
                arguments["take"] = dice.Pick([1, 2, 5]);
            }
            if (dice.OneIn(3))
            {
                arguments["skip"] = dice.Pick([0, 1]);
            }
        }
        return new JsonObject { ["arguments"] = arguments, ["selection"] = selection };
    }

    private JsonObject Selected(ModelBlueprint model)
    {
        JsonObject selection = [];
        foreach (string function in dice.Some(Functions, 1, 3))
        {
            JsonObject fields = [];
            foreach (FieldBlueprint field in dice.Some(FieldsOf(model, function), 0, 3))
            {
                fields[field.Name] = true;
            }
            if (function == "_count" && (fields.Count == 0 || dice.OneIn(2)))
            {
                fields["_all"] = true;
            }
            if (fields.Count > 0)
            {
                selection[function] = new JsonObject { ["arguments"] = new JsonObject(), ["selection"] = fields };
            }
        }
        if (selection.Count == 0)
        {
            JsonObject all = new() { ["_all"] = true };
            selection["_count"] = new JsonObject { ["arguments"] = new JsonObject(), ["selection"] = all };
        }
        return selection;
    }

    private static FieldBlueprint[] FieldsOf(ModelBlueprint model, string function) =>
        [
            .. model.Visible.Where(field =>
                function switch
                {
                    "_count" => true,
                    "_avg" or "_sum" => field is { IsNumber: true, IsList: false },
                    // PostgreSQL has no least or greatest of these.
                    _ => field.IsSortable
                        && field.Kind is not (ScalarKind.Bytes or ScalarKind.Boolean)
                        && field.NativeName is not ("Uuid" or "Bit" or "VarBit"),
                }
            ),
        ];

    private JsonObject Having(ModelBlueprint model, IReadOnlyList<FieldBlueprint> by, int depth)
    {
        JsonObject having = [];
        if (depth > 0 && dice.OneIn(4))
        {
            string name = dice.Pick(["AND", "OR", "NOT"]);
            having[name] = new JsonArray([.. Enumerable.Range(0, 2).Select(_ => Having(model, by, depth - 1))]);
            return having;
        }
        FieldBlueprint grouped = dice.Pick(by);
        if (dice.OneIn(2))
        {
            having[grouped.Name] = scalars.Next(model, grouped);
            return having;
        }
        string function = dice.Pick(Functions);
        FieldBlueprint[] fields = [.. FieldsOf(model, function).Where(field => !field.IsList && field.Kind != ScalarKind.Json)];
        if (fields.Length == 0)
        {
            return having;
        }
        FieldBlueprint chosen = dice.Pick(fields);
        FieldBlueprint result = function switch
        {
            "_count" => new FieldBlueprint("n", ScalarKind.Int),
            "_avg" when chosen.Kind is ScalarKind.Int or ScalarKind.BigInt => new FieldBlueprint("n", ScalarKind.Float),
            _ => chosen with { IsRequired = true },
        };
        JsonNode? value = context.Values.Element(result).Json;
        string comparison = dice.Pick(["equals", "gt", "lte", "not", "lt"]);
        having[chosen.Name] = new JsonObject { [function] = new JsonObject { [comparison] = value } };
        return having;
    }

    private JsonArray GroupOrder(ModelBlueprint model, IReadOnlyList<FieldBlueprint> by)
    {
        JsonArray order = [];
        string function = dice.Pick(Functions);
        FieldBlueprint[] fields = [.. FieldsOf(model, function).Where(field => !field.IsList && field.Kind != ScalarKind.Json)];
        if (fields.Length > 0 && dice.OneIn(3))
        {
            order.Add(new JsonObject { [function] = new JsonObject { [dice.Pick(fields).Name] = dice.Pick(["asc", "desc"]) } });
        }
        // Grouped by all of them, no two groups are equal.
        foreach (FieldBlueprint field in by)
        {
            order.Add(new JsonObject { [field.Name] = dice.Pick(["asc", "desc"]) });
        }
        return order;
    }
}
