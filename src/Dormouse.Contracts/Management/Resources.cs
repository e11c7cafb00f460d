namespace Dormouse.Contracts.Management;

/// <summary>A database as the management endpoint and the command line show it.</summary>
/// <param name="Id">The database's id.</param>
/// <param name="Name">Its name, unique in its project whatever the case of its letters.</param>
/// <param name="State"><c>creating</c>, <c>running</c>, <c>frozen</c>, <c>reclaimed</c>, <c>stopped</c>, <c>deleting</c>, <c>attached</c>, <c>left alone</c>: it could not be taken over when the platform started, or <c>missing</c>: no instance is here.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record DatabaseResource(string Id, string Name, string State, DateTimeOffset CreatedAt)
{
    /// <summary>The postmaster's process id on the host; absent while stopped.</summary>
    public int? Pid { get; init; }

    /// <summary>When the instance came into its state.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>How often the instance was started cold.</summary>
    public long? Generation { get; init; }

    /// <summary>How many leases hold it awake at this moment.</summary>
    public int? Leases { get; init; }

    /// <summary>The digest of the image on which it runs.</summary>
    public string? Image { get; init; }

    /// <summary>The version of PostgreSQL in that image.</summary>
    public string? Postgres { get; init; }

    /// <summary>How large it is and may become; absent while there is no instance.</summary>
    public DatabaseClass? Class { get; init; }

    /// <summary>After an upgrade that was not confirmed: the version from before, whose data is kept.</summary>
    public string? PreviousPostgres { get; init; }

    /// <summary>Why the last wake failed, if it did.</summary>
    public string? LastFailure { get; init; }

    /// <summary>Of one database that is shown: what it takes on disk, as measured last; absent until then.</summary>
    public DatabaseDisk? Disk { get; init; }

    /// <summary>Of one database that is shown: the last states of its instance since the platform started, the oldest first.</summary>
    public IReadOnlyList<StateChange>? History { get; init; }

    /// <summary>Only of an attached database: its server.</summary>
    public ServerResource? Server { get; init; }

    /// <summary>Only in the answer to an attachment: what was chosen and what to look out for, a sentence each.</summary>
    public IReadOnlyList<string>? Notes { get; init; }

    /// <summary>Only in the answer to a creation: it holds a key, which cannot be shown again.</summary>
    public ConnectionUrls? Urls { get; init; }

    /// <summary>Only in the answer to a creation: the first connection.</summary>
    public ConnectionName? Connection { get; init; }
}

/// <summary>The class of a database: <c>small</c>, <c>medium</c> or <c>large</c>.</summary>
/// <param name="Now">What it is.</param>
/// <param name="Least">What it is while little is asked of it.</param>
/// <param name="Most">What it may become under load.</param>
/// <param name="Started">As what PostgreSQL was started last; connections and buffers are of that until the next cold start.</param>
public sealed record DatabaseClass(string Now, string Least, string Most, string Started);

/// <summary>What a database takes on disk.</summary>
/// <param name="Bytes">Its data.</param>
/// <param name="LogBytes">Its log, which does not count against the limit.</param>
/// <param name="LimitBytes">What its data may take; beyond it growth is refused.</param>
/// <param name="MayGrow">Whether it may grow now.</param>
/// <param name="Allows">
/// What it may do now: <c>everything</c>, <c>all but growth</c>, <c>reading and deleting</c> (no function of its own writes then) or
/// <c>reading and dropping</c>.
/// </param>
public sealed record DatabaseDisk(long Bytes, long LogBytes, long LimitBytes, bool MayGrow, string Allows);

/// <summary>An instance came into a state, or into another class.</summary>
/// <param name="At">When.</param>
/// <param name="State">Which.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record StateChange(DateTimeOffset At, string State, string Reason)
{
    /// <summary>The class that it came into, its state being as it was; absent where the state changed.</summary>
    public string? Class { get; init; }
}

/// <summary>An attached server, without its password.</summary>
/// <param name="Host">Its name or address.</param>
/// <param name="Port">Its port.</param>
/// <param name="Database">The database's name there.</param>
/// <param name="User">The role as which queries run.</param>
public sealed record ServerResource(string Host, int Port, string Database, string User)
{
    /// <summary><c>verify-full</c>, <c>verify-ca</c>, <c>no-verify</c> or <c>off</c>.</summary>
    public required string Tls { get; init; }

    /// <summary>Whether its certificate is checked against authorities that were given with it, and not this machine's.</summary>
    public bool OwnAuthorities { get; init; }

    /// <summary>How many connections the platform opens there at most.</summary>
    public required int Connections { get; init; }

    /// <summary>Of PostgreSQL, when it was attached.</summary>
    public required string Version { get; init; }

    /// <summary>When it was attached, or its URL replaced.</summary>
    public required DateTimeOffset AttachedAt { get; init; }
}

/// <summary>What to paste into an app.</summary>
/// <param name="Prisma">For <c>@prisma/client</c>.</param>
public sealed record ConnectionUrls(string Prisma)
{
    /// <summary>The same over https, which older clients speak alone: <c>prisma://…</c>. Absent where nothing speaks https.</summary>
    public string? Https { get; init; }

    /// <summary>The file of the CA that an app has to trust for <see cref="Https"/>; absent where it trusts it anyway.</summary>
    public string? CaFile { get; init; }
}

/// <summary>A connection by id and name.</summary>
public sealed record ConnectionName(string Id, string Name);

/// <summary>A connection: a named credential of a database.</summary>
public sealed record ConnectionResource(
    string Id,
    string Name,
    ConnectionName Database,
    DateTimeOffset CreatedAt,
    IReadOnlyList<KeyResource> Keys
)
{
    /// <summary>Only in the answer to a creation or a rotation: the key itself, which cannot be shown again.</summary>
    public string? ApiKey { get; init; }

    /// <summary>As <see cref="ApiKey"/>.</summary>
    public ConnectionUrls? Urls { get; init; }
}

/// <summary>A key of a connection that is valid now; during a rotation there are two.</summary>
/// <param name="Hint">The key's first characters.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends; null: never.</param>
public sealed record KeyResource(string Hint, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>The running platform.</summary>
/// <param name="Version">Dormouse's version.</param>
/// <param name="Pid">Its process id.</param>
/// <param name="Http">The front door.</param>
/// <param name="Data">The data folder.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="DatabaseCount">How many databases there are.</param>
/// <param name="States">How many of them are in each state.</param>
/// <param name="Host">What the host offers and what a person can improve, a line each, as at the start.</param>
public sealed record PlatformStatus(
    string Version,
    int Pid,
    string Http,
    string Data,
    DateTimeOffset StartedAt,
    int DatabaseCount,
    IReadOnlyDictionary<string, int> States,
    IReadOnlyList<string> Host
)
{
    /// <summary>Absent where nothing speaks https.</summary>
    public HttpsStatus? Https { get; init; }

    /// <summary>How many databases with an instance are of each class.</summary>
    public IReadOnlyDictionary<string, int>? Classes { get; init; }

    /// <summary>Which bounds of instances truly hold here, and the memory of this moment.</summary>
    public ResourceStatus? Resources { get; init; }

    /// <summary>What the front door has done since <see cref="StartedAt"/>.</summary>
    public WorkStatus? Work { get; init; }

    /// <summary>Of an edge of its own; absent for a platform.</summary>
    public EdgeProcessStatus? Edge { get; init; }
}

/// <summary>How instances are frozen and bounded on this host.</summary>
/// <param name="Freezer"><c>cgroup v2</c>, <c>cgroup v1</c> or <c>signals</c>.</param>
/// <param name="Reclaimer">By what memory of frozen instances goes to swap; absent: by nothing.</param>
/// <param name="MemoryLimited">Whether the bound of an instance's memory holds.</param>
/// <param name="ProcessesLimited">Whether the bound of its processes holds.</param>
public sealed record ResourceStatus(string Freezer, string? Reclaimer, bool MemoryLimited, bool ProcessesLimited)
{
    /// <summary>Whether instances share the processors by the weight of their class.</summary>
    public bool ProcessorWeighted { get; init; }

    /// <summary>Whether those that take much processor time let the others go first.</summary>
    public bool ProcessorYields { get; init; }

    /// <summary>How many processors such a database leaves to the others while one of these is in use.</summary>
    public int FreeProcessors { get; init; }

    /// <summary>How many do so now.</summary>
    public int Yielding { get; init; }

    /// <summary>How short the host is of memory: <c>none</c>, <c>tight</c> or <c>short</c>.</summary>
    public string Pressure { get; init; } = "none";

    /// <summary>Memory that could be had.</summary>
    public long AvailableBytes { get; init; }

    /// <summary>Swap, zram included.</summary>
    public long SwapBytes { get; init; }

    /// <summary>Of that, free.</summary>
    public long SwapFreeBytes { get; init; }

    /// <summary>What all instances hold, page cache included; absent where the host does not count it.</summary>
    public long? InstanceBytes { get; init; }

    /// <summary>What databases may take on disk.</summary>
    public DiskStatus? Disk { get; init; }
}

/// <summary>How the disk of small databases is bounded; of those that may become medium twice as much is, of those that may become large four times.</summary>
/// <param name="LimitBytes">Beyond it the front door refuses what makes a database grow.</param>
/// <param name="HardLimitBytes">Beyond it sessions that write are ended.</param>
/// <param name="CheckSeconds">How often that is looked at: a limit can be overrun by what is written meanwhile.</param>
public sealed record DiskStatus(long LimitBytes, long HardLimitBytes, double CheckSeconds)
{
    /// <summary>Databases that may not grow now.</summary>
    public int Full { get; init; }

    /// <summary>Whether the file system refuses what is written beyond the hard limit (a project's quota); else it is noticed within the period.</summary>
    public bool HeldByFileSystem { get; init; }
}

/// <summary>How apps reach the front door over https.</summary>
/// <param name="Url">What goes into their URLs, such as <c>https://localhost:4467</c>.</param>
public sealed record HttpsStatus(string Url)
{
    /// <summary>Where the certificate comes from; absent where a proxy brings it.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>When the certificate ends.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>The development CA's file, for apps; absent where the certificate is somebody else's.</summary>
    public string? CaFile { get; init; }

    /// <summary>What a person should see to: new files that cannot be served, or an end that is near.</summary>
    public string? Problem { get; init; }
}

/// <summary>What a script did.</summary>
/// <param name="Command">PostgreSQL's tag of the last command, such as <c>INSERT 0 3</c>.</param>
public sealed record ScriptResult(string Command);

/// <summary>What a push of a schema did.</summary>
/// <param name="Statements">How many statements were run.</param>
public sealed record PushResult(int Statements);
