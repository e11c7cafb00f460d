namespace Dormouse.Edge.Schemas;

/// <summary>Prisma schemas of clients 5 and 6, and the query engines made of them.</summary>
public sealed class SchemaOptions
{
    /// <summary>Largest schema as it is uploaded, in base64. 4 MiB hold 3,000 models of 1 KB each.</summary>
    public int MaxUploadBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Query engines in memory, over all databases; databases with the same schema share one.</summary>
    public int EnginesMax { get; set; } = 2_000;

    /// <summary>Estimated memory of those engines, without the plans of their queries. 256 MiB hold some 1,200 schemas of 50 models.</summary>
    public long EngineBytesMax { get; set; } = 256L * 1024 * 1024;

    /// <summary>
    /// Schemas read at once. Reading is pure computation, a second for a very large one, and must not take all cores from the queries of others.
    /// </summary>
    public int ReadsAtOnce { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>
    /// How often the store is told that a schema in memory is still in use, so that it does not count as forgotten there. 6 h: four times
    /// in the day for which the store's own bound is meant.
    /// </summary>
    public TimeSpan TouchInterval { get; set; } = TimeSpan.FromHours(6);

    /// <summary>
    /// How long the store's work waits that nobody waits for. Whoever uploads a schema asks a query of it at once, which should not meet that work on
    /// the same cores: it takes a third of the query's time. What a crash loses meanwhile is uploaded once more.
    /// </summary>
    public TimeSpan StoreDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    internal void Validate(List<string> errors)
    {
        if (MaxUploadBytes < 1024 || EngineBytesMax < 1024 * 1024)
        {
            errors.Add("MaxUploadBytes must be 1024 at least and EngineBytesMax a MiB at least.");
        }
        if (EnginesMax < 1 || ReadsAtOnce < 1)
        {
            errors.Add("EnginesMax and ReadsAtOnce must be 1 at least.");
        }
        if (TouchInterval <= TimeSpan.Zero || StoreDelay < TimeSpan.Zero)
        {
            errors.Add("TouchInterval must be above zero, and StoreDelay not below.");
        }
    }
}
