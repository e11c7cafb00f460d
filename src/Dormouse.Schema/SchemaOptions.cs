namespace Dormouse.Schema;

/// <summary>Bounds on what is read, and what a schema must have.</summary>
public sealed record SchemaOptions
{
    public static readonly SchemaOptions Default = new();

    /// <summary>
    /// The longest text in characters, all files together: a schema of 1,000 models with 20 fields each has about one million.
    /// </summary>
    public int MostCharacters { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// A text of several times this length is parsed in parts on several cores. Parsing so much takes a quarter of a millisecond, many
    /// times what it takes to hand it to another core.
    /// </summary>
    public int CharactersPerPart { get; init; } = 32 * 1024;

    /// <summary>The most parts: one for each core, up to four, since what comes behind the parsing is done on one.</summary>
    public int MostParts { get; init; } = Math.Min(Environment.ProcessorCount, 4);

    /// <summary>More findings are not kept; nobody reads the hundredth before mending the first.</summary>
    public int MostDiagnostics { get; init; } = 200;

    /// <summary>
    /// Whether a datasource must give its address, as clients before 7 ask. Dormouse knows the address itself, and schemas of later
    /// clients do not have it.
    /// </summary>
    public bool RequireUrl { get; init; }
}
