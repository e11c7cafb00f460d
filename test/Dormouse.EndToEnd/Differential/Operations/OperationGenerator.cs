using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Rows;
using Dormouse.EndToEnd.Differential.Runs;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Operations;

/// <summary>Makes operations of all kinds, in the form in which clients 5 and 6 send them.</summary>
internal sealed class OperationGenerator
{
    private readonly Dice dice;
    private readonly GenerationContext context;
    private readonly FilterGenerator filters;
    private readonly OrderGenerator orders;
    private readonly SelectionGenerator selections;
    private readonly CreateGenerator creates;
    private readonly UpdateGenerator updates;
    private readonly AggregateGenerator aggregates;
    private readonly RawGenerator raws;
    private readonly Spoiler spoiler;

    public OperationGenerator(Dice dice, SchemaBlueprint schema, RowSet rows)
    {
        this.dice = dice;
        context = new GenerationContext(dice, schema, rows);
        filters = new FilterGenerator(context);
        orders = new OrderGenerator(context);
        selections = new SelectionGenerator(context, filters, orders);
        creates = new CreateGenerator(context);
        updates = new UpdateGenerator(context, filters, creates);
        aggregates = new AggregateGenerator(context, filters, orders, new ScalarFilterGenerator(context));
        raws = new RawGenerator(context);
        spoiler = new Spoiler(dice);
    }

    /// <summary>One operation.</summary>
    public JsonObject Next()
    {
        JsonObject operation = Valid();
        return dice.OneIn(12) && operation["modelName"] is not null ? spoiler.Spoil(operation) : operation;
    }

    /// <summary>Finds of one kind, as a client merges those of one moment.</summary>
    public JsonArray Alike()
    {
        ModelBlueprint model = dice.Pick(context.Schema.Visible);
        string action = dice.Pick(["findUnique", "findUnique", "findUniqueOrThrow"]);
        JsonObject selection = selections.Next(model, 1);
        JsonObject shared = [];
        AddStrategy(shared);
        string key = context.Unique(model).First().Key;
        FieldBlueprint? filtered = dice.OneIn(4) ? dice.Pick(model.Visible) : null;
        // The peer takes a filter on a part of a key for that part.
        KeyBlueprint? found = model.Keys.FirstOrDefault(one => one.Fields.Count > 1 && one.ArgumentName == key);
        if (filtered is not null && found?.Fields.Contains(filtered.Name) == true)
        {
            filtered = null;
        }
        bool isSpoilt = dice.OneIn(8);
        int count = dice.Between(2, 5);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(number =>
                {
                    JsonObject where = context.Unique(model, key);
                    if (filtered is { IsList: false, Kind: not ScalarKind.Json } && !where.ContainsKey(filtered.Name))
                    {
                        where[filtered.Name] = context.Likely(model, filtered);
                    }
                    JsonObject arguments = new() { ["where"] = where };
                    foreach ((string name, JsonNode? value) in shared)
                    {
                        arguments[name] = value?.DeepClone();
                    }
                    JsonObject one = Operation(model, action, arguments, selection.DeepClone().AsObject());
                    return isSpoilt && number == count / 2 ? spoiler.SpoilKey(one) : one;
                }),
        ];
    }

    private JsonObject Valid()
    {
        // An ignored model knows no operation, and a view no writes, which need not be refused each time.
        ModelBlueprint model = dice.Pick(dice.OneIn(40) ? context.Schema.Models : context.Schema.Visible);
        return dice.Below(model.ViewOf is null || dice.OneIn(8) ? 40 : 20) switch
        {
            < 12 => Find(model),
            < 15 => FindOne(model),
            < 18 => Operation(model, "aggregate", aggregates.Aggregate(model)),
            < 20 => Operation(model, "groupBy", aggregates.Group(model)),
            < 24 => Written(model, "createOne", new JsonObject { ["data"] = creates.Data(model, 2) }),
            24 => CreateMany(model, "createMany", SelectionGenerator.All()),
            25 => CreateMany(model, "createManyAndReturn", ReturnedOf(model)),
            < 31 => Written(model, "updateOne", new JsonObject { ["where"] = filters.Unique(model), ["data"] = updates.Data(model, 2) }),
            31 => UpdateMany(model, "updateMany", SelectionGenerator.All()),
            32 => UpdateMany(model, "updateManyAndReturn", ReturnedOf(model)),
            < 36 => Upsert(model),
            36 => Written(model, "deleteOne", new JsonObject { ["where"] = filters.Unique(model) }),
            37 => DeleteMany(model),
            38 => raws.Query(),
            _ => dice.OneIn(2) ? raws.Execute() : raws.Query(),
        };
    }

    private JsonObject Find(ModelBlueprint model)
    {
        JsonObject arguments = selections.ListArguments(model, 2);
        AddStrategy(arguments);
        string action = dice.Pick(["findMany", "findMany", "findMany", "findFirst", "findFirstOrThrow"]);
        if (action != "findMany")
        {
            PeerDefects.AvoidTheEndOfDistinct(arguments);
        }
        return Operation(model, action, arguments, selections.Next(model, 2));
    }

    private JsonObject FindOne(ModelBlueprint model)
    {
        JsonObject arguments = new() { ["where"] = filters.Unique(model) };
        AddStrategy(arguments);
        return Operation(model, dice.Pick(["findUnique", "findUniqueOrThrow"]), arguments, selections.Next(model, 2));
    }

    private JsonObject CreateMany(ModelBlueprint model, string action, JsonObject selection)
    {
        JsonObject arguments = new() { ["data"] = creates.Many(model) };
        if (dice.OneIn(3))
        {
            arguments["skipDuplicates"] = dice.OneIn(2);
        }
        return Operation(model, action, arguments, selection);
    }

    private JsonObject UpdateMany(ModelBlueprint model, string action, JsonObject selection)
    {
        JsonObject arguments = new() { ["where"] = filters.Where(model, 2), ["data"] = updates.Scalars(model, withKeys: true) };
        return Operation(model, action, WithLimit(arguments), selection);
    }

    private JsonObject DeleteMany(ModelBlueprint model)
    {
        JsonObject arguments = dice.OneIn(6) ? [] : new JsonObject { ["where"] = filters.Where(model, 2) };
        return Operation(model, "deleteMany", WithLimit(arguments), SelectionGenerator.All());
    }

    private JsonObject WithLimit(JsonObject arguments)
    {
        if (dice.OneIn(4))
        {
            RowLimit.Set(arguments, dice.Pick([0, 1, 2, 100]));
        }
        return arguments;
    }

    private JsonObject Upsert(ModelBlueprint model)
    {
        JsonObject arguments = new() { ["where"] = filters.Unique(model) };
        // Related records make it several statements; without them, and with the key's values in both, it may be one.
        int depth = dice.OneIn(2) ? 0 : 1;
        arguments["create"] = creates.Data(model, depth);
        arguments["update"] = updates.Data(model, depth);
        if (dice.OneIn(2))
        {
            foreach ((string name, JsonNode? value) in arguments["where"]!.AsObject().ToArray())
            {
                if (model.Visible.Any(field => field.Name == name) && value is JsonValue)
                {
                    arguments["create"]![name] = value.DeepClone();
                }
            }
        }
        return Written(model, "upsertOne", arguments);
    }

    private JsonObject ReturnedOf(ModelBlueprint model)
    {
        JsonObject selection = selections.Next(model, 0);
        selection.Remove("_count");
        RelationEnd[] ends = [.. context.Schema.EndsOf(model.Name).Where(end => end.HoldsKey)];
        if (ends.Length > 0 && dice.OneIn(4))
        {
            ModelBlueprint other = context.Schema.Model(ends[0].Other);
            selection[ends[0].Name] = new JsonObject { ["arguments"] = new JsonObject(), ["selection"] = selections.Next(other, 0) };
        }
        return selection;
    }

    private JsonObject Written(ModelBlueprint model, string action, JsonObject arguments)
    {
        AddStrategy(arguments);
        return Operation(model, action, arguments, selections.Next(model, dice.Below(2)));
    }

    private void AddStrategy(JsonObject arguments)
    {
        if (context.Schema.Has("relationJoins") && dice.OneIn(3))
        {
            arguments["relationLoadStrategy"] = dice.Pick(["join", "query"]);
        }
    }

    private static JsonObject Operation(ModelBlueprint model, string action, JsonObject arguments, JsonObject selection) =>
        Operation(model, action, new JsonObject { ["arguments"] = arguments, ["selection"] = selection });

    private static JsonObject Operation(ModelBlueprint model, string action, JsonObject query) =>
        new()
        {
            ["modelName"] = model.Name,
            ["action"] = action,
            ["query"] = query,
        };
}
