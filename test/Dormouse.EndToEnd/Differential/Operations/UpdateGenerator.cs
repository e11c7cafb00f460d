using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Runs;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Operations;

/// <summary>Changes of records, with related ones written in the same write in every way that there is.</summary>
internal sealed class UpdateGenerator(GenerationContext context, FilterGenerator filters, CreateGenerator creates)
{
    private static readonly string[] ToMany =
    [
        "create",
        "connect",
        "connectOrCreate",
        "createMany",
        "set",
        "disconnect",
        "delete",
        "update",
        "upsert",
        "updateMany",
        "deleteMany",
    ];

    private static readonly string[] ToOne = ["create", "connect", "connectOrCreate", "disconnect", "delete", "update", "update", "upsert"];

    private readonly Dice dice = context.Dice;

    /// <summary>Changes of one record.</summary>
    public JsonObject Data(ModelBlueprint model, int depth, string? parent = null)
    {
        RelationEnd[] ends = [.. context.Schema.EndsOf(model.Name).Where(end => end.Name != parent)];
        bool nested = depth > 0 && ends.Length > 0 && dice.OneIn(2);
        // Foreign keys and relations that hold them are not written in one record together.
        JsonObject data = Scalars(model, withKeys: !nested);
        if (nested)
        {
            foreach (RelationEnd end in dice.Some(ends, 1, 2))
            {
                data[end.Name] = Related(end, depth - 1);
            }
        }
        return data;
    }

    /// <summary>Changes of many records at once.</summary>
    public JsonObject Scalars(ModelBlueprint model, bool withKeys)
    {
        HashSet<string> keys = context.Schema.KeysOf(model.Name);
        FieldBlueprint[] candidates = [.. model.Visible.Where(field => withKeys || !keys.Contains(field.Name))];
        JsonObject data = [];
        foreach (FieldBlueprint field in dice.Some(candidates, 0, 3))
        {
            // Ids are changed seldom: what comes after would find nothing.
            if (!model.Id.Fields.Contains(field.Name) || dice.OneIn(6))
            {
                data[field.Name] = Change(model, field);
            }
        }
        return data;
    }

    private JsonNode? Change(ModelBlueprint model, FieldBlueprint field)
    {
        if (field.IsList)
        {
            string way = dice.Pick(["set", "push", "plain"]);
            JsonNode list = context.Values.ListOf(field).Json!;
            JsonNode? one = field.Kind == ScalarKind.Json ? context.Values.Document().Json : context.Values.Element(field).Json;
            return way switch
            {
                "set" => new JsonObject { ["set"] = list },
                "push" => new JsonObject { ["push"] = dice.OneIn(2) ? list : one },
                _ => list,
            };
        }
        if (field.Kind == ScalarKind.Json)
        {
            return dice.OneIn(3)
                ? new JsonObject { ["$type"] = "Enum", ["value"] = field.IsRequired || dice.OneIn(2) ? "JsonNull" : "DbNull" }
                : context.Values.Document().Json;
        }
        if (field.IsNumber && dice.OneIn(2))
        {
            string way = dice.Pick(["increment", "decrement", "multiply", "divide"]);
            return new JsonObject { [way] = way == "divide" ? JsonValue.Create(dice.Pick([1, 2, 3])) : context.Likely(model, field) };
        }
        JsonNode? value = !field.IsRequired && dice.OneIn(4) ? null : context.Likely(model, field);
        return dice.OneIn(3) ? new JsonObject { ["set"] = value } : value;
    }

    private JsonObject Related(RelationEnd end, int depth)
    {
        ModelBlueprint other = context.Schema.Model(end.Other);
        JsonObject nested = [];
        foreach (string name in dice.Some(end.IsList ? ToMany : ToOne, 1, end.IsList && dice.OneIn(3) ? 2 : 1))
        {
            AddTo(nested, name, end, other, depth);
        }
        return nested;
    }

    private void AddTo(JsonObject nested, string name, RelationEnd end, ModelBlueprint other, int depth)
    {
        switch (name)
        {
            case "create" or "connect" or "connectOrCreate" or "createMany":
                creates.AddTo(nested, name, end, other, depth);
                break;
            case "set":
                nested[name] = dice.OneIn(4) ? new JsonArray() : context.OneOrMany(() => context.Unique(other));
                break;
            case "disconnect" or "delete" when !end.IsList:
                nested[name] = dice.OneIn(3) ? filters.Where(other, 1) : JsonValue.Create(!dice.OneIn(5));
                break;
            case "disconnect" or "delete":
                nested[name] = context.OneOrMany(() => filters.Unique(other));
                break;
            case "update":
                nested[name] = end.IsList ? context.OneOrMany(() => UpdateOne(end, other, depth)) : UpdateToOne(end, other, depth);
                break;
            case "upsert":
                nested[name] = end.IsList ? context.OneOrMany(() => Upsert(end, other, depth)) : Upsert(end, other, depth);
                break;
            case "updateMany":
                nested[name] = context.OneOrMany(() => UpdateMany(other));
                break;
            default:
                nested[name] = context.OneOrMany(() => filters.Where(other, 1));
                break;
        }
    }

    private JsonObject UpdateOne(RelationEnd end, ModelBlueprint other, int depth) =>
        new() { ["where"] = filters.Unique(other), ["data"] = Data(other, depth, end.OtherName) };

    private JsonObject UpdateToOne(RelationEnd end, ModelBlueprint other, int depth)
    {
        JsonObject data = Data(other, depth, end.OtherName);
        return dice.OneIn(3) ? new JsonObject { ["where"] = filters.Where(other, 1), ["data"] = data } : data;
    }

    private JsonObject Upsert(RelationEnd end, ModelBlueprint other, int depth)
    {
        JsonObject upsert = new()
        {
            ["create"] = creates.Data(other, depth, end.OtherName),
            ["update"] = Data(other, depth, end.OtherName),
        };
        if (end.IsList)
        {
            upsert["where"] = filters.Unique(other);
        }
        else if (dice.OneIn(4) && filters.Where(other, 1) is var where && !PeerDefects.MisplacesFilterOfUpsert(end))
        {
            upsert["where"] = where;
        }
        return upsert;
    }

    private JsonObject UpdateMany(ModelBlueprint other)
    {
        JsonObject many = new() { ["where"] = filters.Where(other, 1), ["data"] = Scalars(other, withKeys: false) };
        if (dice.OneIn(6))
        {
            RowLimit.Set(many, dice.Pick([0, 1, 2]));
        }
        return many;
    }
}
