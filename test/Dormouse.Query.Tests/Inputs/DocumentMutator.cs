using System.Text.Json.Nodes;

namespace Dormouse.Query.Tests.Inputs;

/// <summary>Small changes to the JSON of a document, by chance, the same ones for the same seed.</summary>
internal sealed class DocumentMutator(int seed)
{
    private static readonly string[] Values =
    [
        "null",
        "true",
        "false",
        "0",
        "-1",
        "1.5",
        "1e30",
        "9007199254740993",
        "\"\"",
        "\"x\"",
        "\"asc\"",
        "\"ADMIN\"",
        "\"JsonNull\"",
        "\"2020-01-01T00:00:00Z\"",
        "\"12.5\"",
        "\"aGk=\"",
        "[]",
        "{}",
        "[1,\"x\"]",
        "[null]",
        "[true]",
        "[{}]",
        "[[1]]",
        """{"$type":"BigInt","value":"5"}""",
        """{"$type":"DateTime","value":"2020-01-01T00:00:00.000Z"}""",
        """{"$type":"Decimal","value":"1.50"}""",
        """{"$type":"Bytes","value":"aGk="}""",
        """{"$type":"Enum","value":"DbNull"}""",
        """{"$type":"FieldRef","value":{"_ref":"id","_container":"User"}}""",
        """{"$type":"Raw","value":{"a":1}}""",
        """{"$type":"Nope","value":1}""",
        """{"equals":1}""",
        """{"set":1}""",
        """{"id":1}""",
        """{"connect":{"id":1}}""",
        """{"create":{"name":"x"}}""",
        """{"where":{"id":1},"data":{}}""",
    ];

    private static readonly string[] Names =
    [
        "id",
        "email",
        "nope",
        "AND",
        "OR",
        "equals",
        "in",
        "set",
        "where",
        "data",
        "create",
        "connect",
        "update",
        "posts",
        "profile",
        "take",
        "orderBy",
        "_count",
        "$scalars",
        "$type",
        "selection",
        "arguments",
        "authorId",
        "author",
    ];

    private readonly Random random = new(seed);

    /// <summary>One to three changes.</summary>
    public string Mutate(string document)
    {
        var root = JsonNode.Parse(document)!.AsObject();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            if (Pick(root["query"]!) is { } container)
            {
                Change(container);
            }
        }

        return root.ToJsonString();
    }

    private JsonNode? Pick(JsonNode root)
    {
        var containers = new List<JsonNode>();
        Collect(root, containers);
        return containers.Count == 0 ? null : containers[random.Next(containers.Count)];
    }

    private static void Collect(JsonNode? node, List<JsonNode> containers)
    {
        switch (node)
        {
            // Clients do not get their tags wrong.
            case JsonObject item when item.ContainsKey("$type"):
                break;
            case JsonObject item:
                containers.Add(item);
                foreach (var (_, value) in item)
                {
                    Collect(value, containers);
                }

                break;
            case JsonArray list:
                containers.Add(list);
                foreach (var value in list)
                {
                    Collect(value, containers);
                }

                break;
        }
    }

    private void Change(JsonNode container)
    {
        if (container is JsonArray list)
        {
            ChangeList(list);
            return;
        }

        var item = container.AsObject();
        var names = item.Select(member => member.Key).ToList();
        if (names.Count == 0 || random.Next(5) == 0)
        {
            item[Names[random.Next(Names.Length)]] = Value();
            return;
        }

        var name = names[random.Next(names.Count)];
        switch (random.Next(4))
        {
            case 0:
                item.Remove(name);
                break;
            case 1:
                var moved = item[name];
                item.Remove(name);
                item[Names[random.Next(Names.Length)]] = moved?.DeepClone();
                break;
            case 2:
                item[name] = new JsonArray(item[name]?.DeepClone());
                break;
            default:
                item[name] = Value();
                break;
        }
    }

    private void ChangeList(JsonArray list)
    {
        if (list.Count == 0 || random.Next(2) == 0)
        {
            list.Add(Value());
        }
        else if (random.Next(2) == 0)
        {
            list.RemoveAt(random.Next(list.Count));
        }
        else
        {
            list[random.Next(list.Count)] = Value();
        }
    }

    private JsonNode? Value() => JsonNode.Parse(Values[random.Next(Values.Length)]);
}
