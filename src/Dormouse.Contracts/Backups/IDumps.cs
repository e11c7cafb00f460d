namespace Dormouse.Contracts;

/// <summary>Data out to and in from any PostgreSQL, in the forms of <c>pg_dump</c>, by the tools of the database's own image.</summary>
public interface IDumps
{
    /// <summary>Writes a dump of a database, as of one moment, while it is used.</summary>
    /// <exception cref="DormouseException">If nothing was written yet, the stream was not touched; else what it holds is not whole.</exception>
    Task ExportAsync(DatabaseId id, DumpFormat format, Stream output, CancellationToken cancellationToken);

    /// <summary>Runs a dump in a database as the tenant's role, in one transaction: all of it or nothing.</summary>
    /// <param name="id">The database.</param>
    /// <param name="dump">Of the forms custom, tar or plain, which is found out by its beginning.</param>
    /// <param name="mayHoldObjects">Whether the database may hold something already.</param>
    /// <param name="cancellationToken">Gives up and undoes.</param>
    Task ImportAsync(DatabaseId id, Stream dump, bool mayHoldObjects, CancellationToken cancellationToken);
}

/// <summary>The forms that a dump is written in.</summary>
public enum DumpFormat
{
    /// <summary>For <c>pg_restore</c>: compressed, parts can be picked.</summary>
    Custom,

    /// <summary>SQL, for <c>psql</c>.</summary>
    Plain,
}
