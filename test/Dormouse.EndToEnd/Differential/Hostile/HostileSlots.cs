namespace Dormouse.EndToEnd.Differential.Hostile;

/// <summary>Operations with one place for a text each, which <see cref="Place"/> marks.</summary>
internal static class HostileSlots
{
    /// <summary>Stands, with its quotes, where the text goes.</summary>
    public const string Place = "\"@@\"";

    /// <summary>Conditions on a thing.</summary>
    private static readonly string[] Conditions =
    [
        """{"name":"@@"}""",
        """{"name":{"contains":"@@"}}""",
        """{"name":{"startsWith":"@@","mode":"insensitive"}}""",
        """{"name":{"endsWith":"@@"}}""",
        """{"name":{"in":["a","@@"]}}""",
        """{"title":{"not":{"equals":"@@"}}}""",
        """{"name":{"lt":"@@"}}""",
        """{"words":{"has":"@@"}}""",
        """{"words":{"hasSome":["x","@@"]}}""",
        """{"words":{"equals":["@@"]}}""",
        """{"doc":{"equals":{"@@":1}}}""",
        """{"doc":{"equals":"@@"}}""",
        """{"doc":{"path":["@@"],"equals":1}}""",
        """{"doc":{"path":["a","@@"],"string_contains":"x"}}""",
        """{"doc":{"path":["a","b"],"string_contains":"@@"}}""",
        """{"doc":{"path":["it's"],"array_contains":["@@"]}}""",
        """{"mood":"@@"}""",
        """{"uid":"@@"}""",
        """{"at":"@@"}""",
        """{"at":{"gt":{"$type":"DateTime","value":"@@"}}}""",
        """{"price":"@@"}""",
        """{"big":{"$type":"BigInt","value":"@@"}}""",
        """{"data":{"$type":"Bytes","value":"@@"}}""",
        """{"count":"@@"}""",
        """{"@@":1}""",
        """{"name":{"@@":"a"}}""",
        """{"name":{"equals":{"$type":"FieldRef","value":{"_ref":"@@","_container":"Thing"}}}}""",
        """{"owners":{"some":{"id":"@@"}}}""",
        """{"title":{"search":"@@"}}""",
    ];

    /// <summary>What a new thing, or a changed one, may hold.</summary>
    private static readonly string[] Contents =
    [
        """{"id":9,"name":"@@"}""",
        """{"id":9,"name":"n","title":"@@"}""",
        """{"id":9,"name":"n","words":["@@"]}""",
        """{"id":9,"name":"n","doc":{"@@":["@@"]}}""",
        """{"id":9,"name":"n","mood":"@@"}""",
        """{"id":9,"name":"n","at":"@@"}""",
        """{"id":9,"name":"n","price":"@@"}""",
        """{"id":9,"name":"n","owners":{"create":{"id":"@@"}}}""",
        """{"id":9,"name":"n","owners":{"connect":{"id":"@@"}}}""",
    ];

    private static readonly string[] Others =
    [
        """{"modelName":"Thing","action":"findUnique","query":{"arguments":{"where":{"name":"@@"}},"selection":{"$scalars":true}}}""",
        """{"modelName":"Owner","action":"findUnique","query":{"arguments":{"where":{"id":"@@"}},"selection":{"thing":{"arguments":{},"selection":{"name":true}}}}}""",
        """{"modelName":"Thing","action":"findMany","query":{"arguments":{"cursor":{"name":"@@"},"take":2},"selection":{"id":true}}}""",
        """{"modelName":"Thing","action":"findMany","query":{"arguments":{"orderBy":{"name":"@@"}},"selection":{"id":true}}}""",
        """{"modelName":"Thing","action":"findMany","query":{"arguments":{"orderBy":{"@@":"asc"}},"selection":{"id":true}}}""",
        """{"modelName":"Thing","action":"findMany","query":{"arguments":{"distinct":["@@"]},"selection":{"id":true}}}""",
        """{"modelName":"Thing","action":"findMany","query":{"arguments":{"@@":1},"selection":{"id":true}}}""",
        """{"modelName":"Thing","action":"findMany","query":{"arguments":{},"selection":{"@@":true}}}""",
        """{"modelName":"Thing","action":"findMany","query":{"arguments":{"orderBy":{"_relevance":{"fields":["title"],"search":"@@","sort":"asc"}}},"selection":{"id":true}}}""",
        """{"modelName":"Thing","action":"groupBy","query":{"arguments":{"by":["title"],"having":{"title":{"_max":{"equals":"@@"}}}},"selection":{"title":true}}}""",
        """{"modelName":"Thing","action":"aggregate","query":{"arguments":{"where":{"title":{"gt":"@@"}}},"selection":{"_count":{"arguments":{},"selection":{"_all":true}}}}}""",
        """{"modelName":"Thing","action":"createMany","query":{"arguments":{"data":[{"id":9,"name":"@@"},{"id":10,"name":"n","title":"@@"}]},"selection":{}}}""",
        """{"modelName":"Thing","action":"updateMany","query":{"arguments":{"where":{"id":{"gt":2}},"data":{"title":"@@"}},"selection":{}}}""",
        """{"modelName":"Thing","action":"updateOne","query":{"arguments":{"where":{"id":1},"data":{"words":{"push":"@@"},"doc":"@@"}},"selection":{"$scalars":true}}}""",
        """{"modelName":"Thing","action":"upsertOne","query":{"arguments":{"where":{"name":"@@"},"create":{"id":9,"name":"@@"},"update":{"title":"@@"}},"selection":{"$scalars":true}}}""",
        """{"modelName":"Thing","action":"deleteMany","query":{"arguments":{"where":{"name":"@@"}},"selection":{}}}""",
        """{"action":"queryRaw","query":{"arguments":{"query":"SELECT name FROM (SELECT 1 AS name) t WHERE $1::text = 'x'","parameters":"[\"@@\"]"},"selection":{}}}""",
        """{"modelName":"@@","action":"findMany","query":{"arguments":{},"selection":{"id":true}}}""",
        """{"modelName":"Thing","action":"@@","query":{"arguments":{},"selection":{"id":true}}}""",
    ];

    /// <summary>All operations.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Conditions.Select(condition => Find.Replace("%", condition, StringComparison.Ordinal)),
        .. Contents.Select(content => Create.Replace("%", content, StringComparison.Ordinal)),
        .. Others,
    ];

    private const string Find =
        """{"modelName":"Thing","action":"findMany","query":{"arguments":{"where":%,"orderBy":{"id":"asc"}},"selection":{"id":true}}}""";

    private const string Create =
        """{"modelName":"Thing","action":"createOne","query":{"arguments":{"data":%},"selection":{"$scalars":true,"owners":{"arguments":{},"selection":{"id":true}}}}}""";
}
