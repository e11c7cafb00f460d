using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Operations;

/// <summary>Data of new records, with related ones made or connected in the same write.</summary>
internal sealed class CreateGenerator(GenerationContext context)
{
    private readonly Dice dice = context.Dice;

    /// <summary>Data of one record.</summary>
    /// <param name="model">The record's model.</param>
    /// <param name="depth">How deep related records may be written.</param>
    /// <param name="parent">The field that leads to the record in whose write this one stands, which cannot be written here.</param>
    public JsonObject Data(ModelBlueprint model, int depth, string? parent = null)
    {
        RelationEnd[] ends = [.. context.Schema.EndsOf(model.Name)];
        bool plainKeys = dice.OneIn(2);
        JsonObject data = Scalars(model, ends, plainKeys, parent);
        foreach (RelationEnd end in ends.Where(end => end.Name != parent))
        {
            bool must = end is { HoldsKey: true, IsRequired: true } && !plainKeys;
            if (must || (depth > 0 && !(end.HoldsKey && plainKeys) && dice.OneIn(3)))
            {
                data[end.Name] = Related(end, depth - 1);
            }
        }
        return data;
    }

    /// <summary>Data of records that are made without related ones.</summary>
    /// <param name="model">The records' model.</param>
    /// <param name="parent">The field that leads to the record in whose write they stand.</param>
    public JsonNode Many(ModelBlueprint model, string? parent = null)
    {
        RelationEnd[] ends = [.. context.Schema.EndsOf(model.Name)];
        return context.OneOrMany(() => Scalars(model, ends, plainKeys: true, parent), 4);
    }

    /// <summary>Makes, connects or finds what a new record is related to.</summary>
    public JsonObject Related(RelationEnd end, int depth)
    {
        ModelBlueprint other = context.Schema.Model(end.Other);
        JsonObject nested = [];
        string[] names = end.IsList
            ? ["create", "connect", "connectOrCreate", "createMany"]
            : ["create", "connect", "connect", "connectOrCreate"];
        // A required relation may be deeper than was meant to be: connecting ends it.
        foreach (string name in depth < 0 ? ["connect"] : dice.Some(names, 1, end.IsList ? 2 : 1))
        {
            AddTo(nested, name, end, other, depth);
        }
        return nested;
    }

    /// <summary>Adds one of the ways to make or connect related records.</summary>
    public void AddTo(JsonObject nested, string name, RelationEnd end, ModelBlueprint other, int depth)
    {
        nested[name] = name switch
        {
            "create" => end.IsList ? context.OneOrMany(() => Data(other, depth, end.OtherName)) : Data(other, depth, end.OtherName),
            "connect" => end.IsList ? context.OneOrMany(() => context.Unique(other)) : context.Unique(other),
            "connectOrCreate" => end.IsList
                ? context.OneOrMany(() => ConnectOrCreate(end, other, depth))
                : ConnectOrCreate(end, other, depth),
            _ => CreateMany(end, other),
        };
    }

    private JsonObject ConnectOrCreate(RelationEnd end, ModelBlueprint other, int depth) =>
        new() { ["where"] = context.Unique(other), ["create"] = Data(other, depth, end.OtherName) };

    private JsonObject CreateMany(RelationEnd end, ModelBlueprint other)
    {
        JsonObject many = new() { ["data"] = Many(other, end.OtherName) };
        if (dice.OneIn(3))
        {
            many["skipDuplicates"] = dice.OneIn(2);
        }
        return many;
    }

    private JsonObject Scalars(ModelBlueprint model, RelationEnd[] ends, bool plainKeys, string? parent)
    {
        HashSet<string> keys = context.Schema.KeysOf(model.Name);
        JsonObject data = [];
        foreach (FieldBlueprint field in model.Visible)
        {
            if (keys.Contains(field.Name))
            {
                // One foreign key belongs to one relation.
                RelationEnd owner = ends.First(end => end.HoldsKey && end.Relation.Fields.Contains(field.Name));
                if (!plainKeys || owner.Name == parent)
                {
                    continue;
                }
                AddKey(data, field, owner);
            }
            else if (IsGiven(model, field))
            {
                data[field.Name] = ValueOf(model, field);
            }
        }
        return data;
    }

    private void AddKey(JsonObject data, FieldBlueprint field, RelationEnd owner)
    {
        if (field.IsRequired || dice.OneIn(2))
        {
            ModelBlueprint target = context.Schema.Model(owner.Other);
            string referenced = owner.Relation.References[Array.IndexOf([.. owner.Relation.Fields], field.Name)];
            data[field.Name] = context.Likely(target, target.Field(referenced));
        }
    }

    private bool IsGiven(ModelBlueprint model, FieldBlueprint field)
    {
        if (model.Id.Fields.Contains(field.Name) || field.IsUnique)
        {
            // What is generated differs on the two sides, so that nothing can be built upon it.
            return field.IsGenerated ? !dice.OneIn(8) : !field.IsFilledIn || dice.OneIn(3);
        }
        return field is { IsRequired: true, IsFilledIn: false } || dice.OneIn(2);
    }

    private JsonNode? ValueOf(ModelBlueprint model, FieldBlueprint field)
    {
        if (field.Kind == ScalarKind.Json && !field.IsList && dice.OneIn(5))
        {
            return new JsonObject { ["$type"] = "Enum", ["value"] = field.IsRequired || dice.OneIn(2) ? "JsonNull" : "DbNull" };
        }
        JsonNode? value = field is { Kind: ScalarKind.Json, IsList: false }
            ? context.Values.Document().Json
            : context.Values.Next(field).Json;
        return field.IsList && dice.OneIn(3) ? new JsonObject { ["set"] = value ?? new JsonArray() } : value;
    }
}
