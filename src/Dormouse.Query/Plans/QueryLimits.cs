namespace Dormouse.Query.Plans;

/// <summary>Bounds of one request. They protect a host that many tenants share; each is far above what the client makes.</summary>
public sealed record QueryLimits
{
    /// <summary>Nesting of plan nodes and of JSON in a plan. The deepest plan among the captured operations has 40 levels of nodes.</summary>
    public int MaxPlanDepth { get; init; } = 256;

    /// <summary>Nodes, fragments, arguments and fields of one plan together; a createMany of 10,000 rows with 20 columns has 400,000.</summary>
    public int MaxPlanElements { get; init; } = 2_000_000;

    /// <summary>Rows of one result, and of intermediate lists.</summary>
    public int MaxRows { get; init; } = 1_000_000;

    /// <summary>Bytes of one result as PostgreSQL sends it.</summary>
    public int MaxResultBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Bytes of one answer.</summary>
    public int MaxAnswerBytes { get; init; } = 512 * 1024 * 1024;
}
