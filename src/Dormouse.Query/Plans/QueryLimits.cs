namespace Dormouse.Query.Plans;

/// <summary>Bounds of one request. They protect a host that many tenants share; each is far above what the client makes.</summary>
public sealed record QueryLimits
{
    /// <summary>Nesting of plan nodes and of JSON in a plan. The deepest plan among the captured operations has 14 levels; each further level of a nested write or include adds a few.</summary>
    public int MaxPlanDepth { get; init; } = 256;

    /// <summary>Nodes, fragments, arguments and fields of one plan together; a createMany of 10,000 rows with 20 columns has 400,000.</summary>
    public int MaxPlanElements { get; init; } = 2_000_000;

    /// <summary>Nesting of JSON in a query of protocol A, documents in Json fields included; each level of a relation takes four.</summary>
    public int MaxDocumentDepth { get; init; } = 256;

    /// <summary>Objects, lists and values of a query of protocol A, lists of scalars counting as one; a createMany of 10,000 rows with 20 columns has 210,000.</summary>
    public int MaxDocumentNodes { get; init; } = 1_000_000;

    /// <summary>
    /// What is told of a faulty query of protocol A, about. Each type that did not match is a fault of its own, so that a nested write of
    /// ten levels has a thousand; applications show one of them, and a MiB holds the first thousand.
    /// </summary>
    public int MaxErrorBytes { get; init; } = 1024 * 1024;

    /// <summary>Items of all lists that a plan itself makes (keys of parents, pairs, concatenations).</summary>
    public int MaxListItems { get; init; } = 5_000_000;

    /// <summary>Rows of one result.</summary>
    public int MaxRows { get; init; } = 1_000_000;

    /// <summary>Bytes of all results of one request together, as PostgreSQL sends them; they are held until the answer is written.</summary>
    public int MaxResultBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>Bytes of one answer: field names and tags make JSON about twice as long as the rows.</summary>
    public int MaxAnswerBytes { get; init; } = 256 * 1024 * 1024;
}
