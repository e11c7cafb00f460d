namespace Dormouse.Contracts.Management;

/// <summary>A backup, by what can be read of it without a key.</summary>
/// <param name="Name">Its name in its place: the database's id, the timeline and the time.</param>
/// <param name="Place">The folder, or <c>s3://bucket/folder</c>.</param>
/// <param name="Database">The database's id.</param>
/// <param name="DatabaseName">The database's name at that time.</param>
/// <param name="Timeline">Rises each time a backup replaces the database's content: 1 until then.</param>
/// <param name="TakenAt">When it was begun; it holds at least what was acknowledged until then.</param>
/// <param name="PostgresVersion">The server's version; a restore needs the same major one.</param>
/// <param name="SizeBytes">What it takes.</param>
/// <param name="DataBytes">What the data directory took when it was begun.</param>
public sealed record BackupResource(
    string Name,
    string Place,
    string Database,
    string DatabaseName,
    int Timeline,
    DateTimeOffset TakenAt,
    string PostgresVersion,
    long SizeBytes,
    long DataBytes
);

/// <param name="To">The folder to write to, by its full path, or <c>s3://bucket/folder</c>; null: the platform's own.</param>
public sealed record BackupRequest(string? To = null);

/// <summary>Makes a database from a backup, or puts a backup in the place of what one holds.</summary>
/// <param name="Backup">The backup's name.</param>
/// <param name="Name">The new database's name; not read where one is replaced.</param>
/// <param name="From">The folder, by its full path, or <c>s3://bucket/folder</c>; null: the platform's own.</param>
/// <param name="Key">The key-encryption key of another platform, 64 hexadecimal digits; null: one of this platform's.</param>
/// <param name="ConnectionName">The name of the new database's first connection; null: <c>default</c>.</param>
/// <param name="Class">What a new database is while little is asked of it; null: small.</param>
/// <param name="MaxClass">What it may become under load; null: what the platform says.</param>
public sealed record RestoreRequest(
    string? Backup,
    string? Name = null,
    string? From = null,
    string? Key = null,
    string? ConnectionName = null,
    string? Class = null,
    string? MaxClass = null
)
{
    /// <summary>Leaves the key out, so that a log line cannot hold it.</summary>
    public override string ToString() => $"restore {Backup}";
}
