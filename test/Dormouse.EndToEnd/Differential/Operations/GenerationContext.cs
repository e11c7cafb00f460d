using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Rows;
using Dormouse.EndToEnd.Differential.Schemas;
using Dormouse.EndToEnd.Differential.Values;

namespace Dormouse.EndToEnd.Differential.Operations;

/// <summary>What all makers of parts of an operation share: the dice, the schema, and the rows that may be there.</summary>
internal sealed class GenerationContext(Dice dice, SchemaBlueprint schema, RowSet rows)
{
    public Dice Dice => dice;

    public SchemaBlueprint Schema => schema;

    public ValueGenerator Values { get; } = new(dice, schema);

    /// <summary>A value that some row holds in the field, or any other.</summary>
    public JsonNode? Likely(ModelBlueprint model, FieldBlueprint field)
    {
        IReadOnlyList<Row> candidates = RowsOf(model);
        return
            candidates.Count > 0 && !dice.OneIn(3) && dice.Pick(candidates).Values[field.Name] is { Text: not null } held && !field.IsList
            ? held.Json
            : Values.Element(field).Json;
    }

    /// <summary>What finds one record, which mostly is there.</summary>
    public JsonObject Unique(ModelBlueprint model)
    {
        IReadOnlyList<Row> candidates = RowsOf(model);
        Row? row = candidates.Count > 0 && !dice.OneIn(6) ? dice.Pick(candidates) : null;
        KeyBlueprint[] keys = [.. model.Keys.Where(key => row is null || key.Fields.All(field => row.Values[field].Text is not null))];
        return KeyOf(model, dice.OneIn(3) ? dice.Pick(keys) : model.Id, row);
    }

    /// <summary>The same by the key that clients call so.</summary>
    public JsonObject Unique(ModelBlueprint model, string key)
    {
        JsonObject where = Unique(model);
        // Bounded: a key may be null in every row, and then other values find nothing as well.
        for (int attempts = 0; where.First().Key != key && attempts < 50; attempts++)
        {
            where = Unique(model);
        }
        return where;
    }

    /// <summary>A list of some things, or the one alone, as clients may write either.</summary>
    public JsonNode OneOrMany(Func<JsonNode?> make, int most = 2) =>
        dice.OneIn(2) && make() is { } single ? single : new JsonArray([.. Enumerable.Range(0, dice.Between(1, most)).Select(_ => make())]);

    private IReadOnlyList<Row> RowsOf(ModelBlueprint model) => rows.Of(model.ViewOf ?? model.Name);

    private JsonObject KeyOf(ModelBlueprint model, KeyBlueprint key, Row? row)
    {
        JsonNode? ValueOf(string field) => row is null ? Values.Element(model.Field(field)).Json : row.Values[field].Json;
        if (key.Fields is [var single])
        {
            return new JsonObject { [single] = ValueOf(single) };
        }
        JsonObject parts = [];
        foreach (string field in key.Fields)
        {
            parts[field] = ValueOf(field);
        }
        return new JsonObject { [key.ArgumentName] = parts };
    }
}
