using System.Text.Json.Nodes;

namespace Dormouse.EndToEnd.Differential.Operations;

/// <summary>Makes an operation wrong in one place, so that it is refused with an explanation.</summary>
internal sealed class Spoiler(Dice dice)
{
    /// <summary>The same operation with one place spoilt. It stays a document that a client could send.</summary>
    public JsonObject Spoil(JsonObject operation)
    {
        JsonObject spoilt = operation.DeepClone().AsObject();
        JsonNode query = spoilt["query"]!;
        if (dice.OneIn(4))
        {
            SpoilSelection(dice.Pick([.. Selections(query)]));
        }
        else
        {
            SpoilArgument(dice.Pick([.. ObjectsIn(query["arguments"]!)]));
        }
        return spoilt;
    }

    /// <summary>The same look-up with a value that no key has. It names all its keys: the peer merges it even where it does not.</summary>
    public JsonObject SpoilKey(JsonObject operation)
    {
        JsonObject spoilt = operation.DeepClone().AsObject();
        JsonObject where = spoilt["query"]!["arguments"]!["where"]!.AsObject();
        where[dice.Pick([.. where.Select(member => member.Key)])] = dice.Pick<JsonNode?>([null, 1, "text", true, new JsonArray(1, "a")]);
        return spoilt;
    }

    private void SpoilArgument(JsonObject place)
    {
        string[] names = [.. place.Select(member => member.Key)];
        switch (dice.Below(names.Length == 0 ? 1 : 5))
        {
            case 0:
                place[dice.Pick(["nope", "where", "AND", "", "a b"])] = Junk();
                break;
            // Without any data the peer forgets the values that it makes itself, and PostgreSQL refuses the record.
            case 1 when dice.Pick(names) is var name and not "data":
                place.Remove(name);
                break;
            case 2:
                Rename(place, dice.Pick(names));
                break;
            default:
                place[dice.Pick(names)] = Junk();
                break;
        }
    }

    private void SpoilSelection(JsonObject place)
    {
        string[] names = [.. place.Select(member => member.Key)];
        switch (dice.Below(names.Length == 0 ? 1 : 4))
        {
            case 0:
                place[dice.Pick(["nope", "_count", "_all", "id"])] = true;
                break;
            case 1:
                place.Clear();
                break;
            case 2:
                Rename(place, dice.Pick(names));
                break;
            default:
                string name = dice.Pick(names);
                place[name] =
                    place[name] is JsonObject
                        ? true
                        : new JsonObject { ["arguments"] = new JsonObject(), ["selection"] = new JsonObject() };
                break;
        }
    }

    private static void Rename(JsonObject place, string name)
    {
        JsonNode? moved = place[name]?.DeepClone();
        place.Remove(name);
        place[name + "x"] = moved;
    }

    private JsonNode? Junk() =>
        dice.Below(9) switch
        {
            0 => null,
            1 => 1,
            2 => "text",
            3 => true,
            4 => 1.5,
            5 => new JsonArray(),
            6 => new JsonObject(),
            7 => new JsonArray(1, "a"),
            _ => new JsonObject { ["nope"] = 1 },
        };

    // A value with its type is written by the client itself, never wrong.
    private static IEnumerable<JsonObject> ObjectsIn(JsonNode node)
    {
        if (node is JsonObject tagged && tagged.ContainsKey("$type"))
        {
            yield break;
        }
        if (node is JsonObject members)
        {
            yield return members;
        }
        IEnumerable<JsonNode?> inner = node switch
        {
            JsonObject one => one.Select(member => member.Value),
            JsonArray array => array,
            _ => [],
        };
        foreach (JsonObject found in inner.OfType<JsonNode>().SelectMany(ObjectsIn).ToArray())
        {
            yield return found;
        }
    }

    private static IEnumerable<JsonObject> Selections(JsonNode query)
    {
        JsonObject selection = query["selection"]!.AsObject();
        yield return selection;
        JsonObject[] inner = [.. selection.Select(member => member.Value).OfType<JsonObject>()];
        foreach (JsonObject found in inner.SelectMany(Selections))
        {
            yield return found;
        }
    }
}
