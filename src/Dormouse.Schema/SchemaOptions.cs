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
    /// A text of this length is read by several threads. One alone reads so much in a millisecond, a few times what it can take to wake another.
    /// </summary>
    public int ManyThreadsFrom { get; init; } = 160 * 1024;

    /// <summary>The most threads: one for each core, up to four, since the names and the relations are found on one.</summary>
    public int MostThreads { get; init; } = Math.Min(Environment.ProcessorCount, 4);

    /// <summary>
    /// What a thread parses before it looks for more: a quarter of a millisecond's work, so that no thread waits for long for the last one.
    /// </summary>
    public int CharactersPerPart { get; init; } = 64 * 1024;

    /// <summary>The same of what follows: so many models take a pass some 25 µs.</summary>
    public int ModelsPerPart { get; init; } = 50;

    /// <summary>
    /// Reads a text as if it had no faults, in half the time, and once more where it has. Off only to see that both ways mean the same.
    /// </summary>
    public bool AssumeSound { get; init; } = true;

    /// <summary>More findings are not kept; nobody reads the hundredth before mending the first.</summary>
    public int MostDiagnostics { get; init; } = 200;

    /// <summary>
    /// Whether a datasource must give its address, as clients before 7 ask. Dormouse knows the address itself, and schemas of later
    /// clients do not have it.
    /// </summary>
    public bool RequireUrl { get; init; }
}
