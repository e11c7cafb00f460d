using Dormouse.Query.Reads;

namespace Dormouse.Edge.Engine;

/// <summary>Pools of server connections and the plan cache.</summary>
public sealed class EngineOptions
{
    /// <summary>
    /// Server connections per awake small instance, within what its endpoint allows; a larger one has as many times as many as it is large. 10
    /// saturates two cores; each costs the instance about 1.5 MB.
    /// </summary>
    public int ConnectionsPerInstance { get; set; } = 10;

    /// <summary>
    /// Idle server connections that a frozen instance keeps; the others are closed before it freezes, since each costs some 1.5 MB. With one
    /// the first query after a freeze takes half a millisecond more than a warm one; with none six, for a new process and a log-in.
    /// </summary>
    public int ConnectionsKeptFrozen { get; set; } = 1;

    /// <summary>
    /// How long a freeze waits for PostgreSQL to end the sessions that are closed before it. A session ends within a millisecond; where it
    /// does not, freezing gains more than a few more kilobytes.
    /// </summary>
    public TimeSpan FreezeFarewell { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a request waits for a free server connection. 10 s is what Prisma's own pool waits (P2024).</summary>
    public TimeSpan ConnectionWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a connection to an attached server may lie idle before it is given back: its slots are shared with others, and making a
    /// new one costs some round trips. Five minutes is what Prisma's own pool allowed.
    /// </summary>
    public TimeSpan AttachedIdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The longest pause between two attempts to reach an attached server that is away or full; it begins at a hundredth. Five seconds
    /// are short beside any outage, and an attempt every five seconds burdens nobody.
    /// </summary>
    public TimeSpan AttachedRetryPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Parsed plans kept. An app has some hundred different ones; 20,000 serve a host of a few hundred awake databases.</summary>
    public int PlanCacheEntries { get; set; } = 20_000;

    /// <summary>Estimated memory of parsed plans. A plan of 4 KB costs about 16 KB; 64 MiB hold some four thousand such.</summary>
    public long PlanCacheBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>
    /// Nesting of JSON in a query of clients 5 and 6, documents in Json fields included. Each level of a relation takes four, so 256 are 60
    /// levels of includes; nobody reads the tenth.
    /// </summary>
    public int MaxQueryDepth { get; set; } = 256;

    /// <summary>
    /// Objects, lists and values of one query of clients 5 and 6, a list of scalars counting as one. A createMany of 10,000 rows with 20
    /// columns has 210,000.
    /// </summary>
    public int MaxQueryParts { get; set; } = 1_000_000;

    /// <summary>
    /// What clients 5 and 6 are told of one faulty query, about; beyond it faults are left out. A nested write of ten levels has a thousand
    /// faults, one for each type that it might have been, and an app shows one of them.
    /// </summary>
    public int MaxErrorBytes { get; set; } = 1024 * 1024;

    /// <summary>Rows of one statement's result. Below a million the bound on an answer's bytes is nearly always met first.</summary>
    public int MaxRows { get; set; } = 1_000_000;

    /// <summary>
    /// How relations are read for clients 5 and 6 where a query does not say it by <c>relationLoadStrategy</c>. Separate statements are
    /// the quicker ones on the machine of the databases. Over a network a joined one saves its round trips, and costs the database more:
    /// ADR 5 has the figures.
    /// </summary>
    public ReadStrategy UsualReadStrategy { get; set; } = ReadStrategy.Separate;

    internal void Validate(List<string> errors)
    {
        if (MaxQueryDepth < 16 || MaxQueryParts < 100 || MaxRows < 1)
        {
            errors.Add("MaxQueryDepth must be 16 at least, MaxQueryParts 100 and MaxRows 1.");
        }
        if (MaxErrorBytes < 1024)
        {
            errors.Add("MaxErrorBytes must be 1024 at least: less does not hold one fault.");
        }
        if (ConnectionsPerInstance < 2)
        {
            errors.Add("ConnectionsPerInstance must be 2 at least: an open transaction takes one, and plain queries need another.");
        }
        if (ConnectionsKeptFrozen < 0 || FreezeFarewell <= TimeSpan.Zero)
        {
            errors.Add("ConnectionsKeptFrozen must not be below zero, FreezeFarewell above it.");
        }
        if (ConnectionWait <= TimeSpan.Zero)
        {
            errors.Add("ConnectionWait must be above zero.");
        }
        if (AttachedIdleTimeout <= TimeSpan.Zero || AttachedRetryPause < TimeSpan.Zero)
        {
            errors.Add("AttachedIdleTimeout must be above zero, AttachedRetryPause not below it.");
        }
        if (PlanCacheEntries < 1 || PlanCacheBytes < 1024 * 1024)
        {
            errors.Add("PlanCacheEntries must be 1 at least and PlanCacheBytes a MiB at least.");
        }
    }
}
