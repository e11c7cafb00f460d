using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Operations;

/// <summary>Conditions on one field: the short form, and every operator that its type has.</summary>
internal sealed class ScalarFilterGenerator(GenerationContext context)
{
    private static readonly string[] Comparisons = ["lt", "lte", "gt", "gte"];
    private static readonly string[] TextOperators = ["contains", "startsWith", "endsWith"];
    private static readonly string[] Patterns = ["", "a", "A", "%", "_", "\\d", "'", "☃", "ell"];

    private readonly Dice dice = context.Dice;

    public JsonNode? Next(ModelBlueprint model, FieldBlueprint field)
    {
        if (field.IsList)
        {
            return List(model, field);
        }
        if (field.Kind == ScalarKind.Json)
        {
            return Document(field);
        }
        if (field.NativeName == "Xml")
        {
            // PostgreSQL compares no xml. Whether the statement that tries runs at all differs from engine to engine.
            return field.IsRequired ? new JsonObject() : new JsonObject { [dice.Pick(["equals", "not"])] = null };
        }
        if (dice.OneIn(4))
        {
            return !field.IsRequired && dice.OneIn(3) ? null : context.Likely(model, field);
        }
        JsonObject filter = [];
        for (int count = dice.OneIn(4) ? 2 : 1; count > 0; count--)
        {
            Add(filter, model, field, nested: false);
        }
        return filter;
    }

    /// <summary>Adds an operator of a scalar that is neither a list nor Json.</summary>
    public void Add(JsonObject filter, ModelBlueprint model, FieldBlueprint field, bool nested)
    {
        string name = dice.Pick(OperatorsOf(field));
        filter[name] = name switch
        {
            "in" or "notIn" => InList(model, field),
            "not" => Not(model, field),
            "equals" => dice.OneIn(6) && !field.IsRequired ? null : ValueOrReference(model, field),
            "search" => dice.Pick(["hello", "hello & world", "a | b", "!a"]),
            _ when TextOperators.Contains(name) => dice.OneIn(8) ? ValueOrReference(model, field) : JsonValue.Create(dice.Pick(Patterns)),
            _ => ValueOrReference(model, field),
        };
        // What has no letters is refused by PostgreSQL, where the statement runs at all.
        if (field.Kind == ScalarKind.String && field.NativeName is not ("Uuid" or "Inet" or "Bit" or "VarBit") && !nested && dice.OneIn(4))
        {
            filter["mode"] = dice.Pick(["insensitive", "default"]);
        }
    }

    private string[] OperatorsOf(FieldBlueprint field) =>
        field.Kind switch
        {
            ScalarKind.Boolean => ["equals", "not"],
            ScalarKind.Enum or ScalarKind.Bytes => ["equals", "not", "in", "notIn"],
            ScalarKind.String when field.NativeName is "Uuid" or "Inet" or "Bit" or "VarBit" =>
            [
                "equals",
                "not",
                "in",
                "notIn",
                .. Comparisons,
            ],
            ScalarKind.String when context.Schema.Has("fullTextSearchPostgres") && dice.OneIn(4) => ["search"],
            ScalarKind.String => ["equals", "not", "in", "notIn", .. Comparisons, .. TextOperators, .. TextOperators],
            _ => ["equals", "not", "in", "notIn", .. Comparisons],
        };

    private JsonNode? InList(ModelBlueprint model, FieldBlueprint field)
    {
        if (dice.OneIn(30) && ReferenceTo(model, candidate => candidate.IsList && Comparable(candidate, field)) is { } reference)
        {
            return reference;
        }
        return new JsonArray([.. Enumerable.Range(0, dice.Below(4)).Select(_ => context.Likely(model, field))]);
    }

    private JsonNode? Not(ModelBlueprint model, FieldBlueprint field)
    {
        if (dice.OneIn(2))
        {
            return !field.IsRequired && dice.OneIn(2) ? null : context.Likely(model, field);
        }
        JsonObject inner = [];
        Add(inner, model, field, nested: true);
        inner.Remove("search");
        return inner;
    }

    private JsonNode? ValueOrReference(ModelBlueprint model, FieldBlueprint field) =>
        dice.OneIn(8) && ReferenceTo(model, candidate => !candidate.IsList && Comparable(candidate, field)) is { } reference
            ? reference
            : context.Likely(model, field);

    private JsonObject? ReferenceTo(ModelBlueprint model, Func<FieldBlueprint, bool> fits)
    {
        FieldBlueprint[] candidates = [.. model.Visible.Where(fits)];
        if (candidates.Length == 0)
        {
            return null;
        }
        JsonObject target = new() { ["_ref"] = dice.Pick(candidates).Name, ["_container"] = model.Name };
        return new JsonObject { ["$type"] = "FieldRef", ["value"] = target };
    }

    // PostgreSQL compares what has one type, and Prisma what has one type in its language.
    private static bool Comparable(FieldBlueprint one, FieldBlueprint other) =>
        one.Kind == other.Kind && one.EnumName == other.EnumName && one.NativeName == other.NativeName;

    private JsonObject List(ModelBlueprint model, FieldBlueprint field)
    {
        FieldBlueprint element = field with { IsList = false };
        JsonArray Some() => context.Values.ListOf(field).Json!.AsArray();
        JsonNode? One() => field.Kind == ScalarKind.Json ? context.Values.Document().Json : context.Values.Element(element).Json;
        return dice.Below(6) switch
        {
            0 => new JsonObject { ["equals"] = dice.OneIn(20) && ListReference(model, field) is { } reference ? reference : Some() },
            1 => new JsonObject { ["has"] = One() },
            2 => new JsonObject { ["hasEvery"] = Some() },
            3 => new JsonObject { ["hasSome"] = Some() },
            4 => new JsonObject { ["isEmpty"] = dice.OneIn(2) },
            _ => new JsonObject { ["has"] = One(), ["isEmpty"] = false },
        };
    }

    private JsonObject? ListReference(ModelBlueprint model, FieldBlueprint field) =>
        ReferenceTo(model, candidate => candidate.IsList && Comparable(candidate, field));

    private JsonObject Document(FieldBlueprint field)
    {
        static JsonObject Constant(string name) => new() { ["$type"] = "Enum", ["value"] = name };
        if (dice.OneIn(4))
        {
            string constant = dice.Pick<string>(field.IsRequired ? ["JsonNull"] : ["DbNull", "JsonNull", "AnyNull"]);
            return new JsonObject { [dice.Pick(["equals", "not"])] = Constant(constant) };
        }
        JsonObject filter = [];
        if (dice.OneIn(2))
        {
            filter["path"] = dice.Pick<JsonNode>([
                new JsonArray("a"),
                new JsonArray("a", "b"),
                new JsonArray("a", "b", "1"),
                new JsonArray("0"),
                new JsonArray("c"),
                new JsonArray("it's"),
                new JsonArray(),
            ]);
        }
        string name = dice.Pick([
            "equals",
            "equals",
            "not",
            "string_contains",
            "string_starts_with",
            "string_ends_with",
            "array_contains",
            "array_starts_with",
            "array_ends_with",
            .. Comparisons,
        ]);
        filter[name] = name switch
        {
            _ when name.StartsWith("string", StringComparison.Ordinal) => dice.Pick(Patterns),
            "array_contains" => new JsonArray(dice.Pick<JsonNode>([1, "a", "x"])),
            _ when Comparisons.Contains(name) => dice.Pick<JsonNode>([1, "a", 1.5]),
            _ => context.Values.Document().Json,
        };
        if (name.StartsWith("string", StringComparison.Ordinal) && dice.OneIn(2))
        {
            filter["mode"] = "insensitive";
        }
        return filter;
    }
}
