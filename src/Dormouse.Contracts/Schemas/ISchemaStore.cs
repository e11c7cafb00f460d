namespace Dormouse.Contracts;

/// <summary>
/// Where the Prisma schemas stay that clients 5 and 6 upload, per database. Bounded: what was used least lately goes, and its client
/// uploads it again. The edge keeps what it works with in memory and comes here only for what it does not have.
/// </summary>
public interface ISchemaStore
{
    /// <summary>The text of a database's schema in UTF-8, or null where it was not uploaded or has gone since. Counts as a use.</summary>
    /// <exception cref="DormouseException"><see cref="FailureKind.ControlPlane"/>: the store is away.</exception>
    Task<byte[]?> FindAsync(DatabaseId database, SchemaHash hash, CancellationToken cancellationToken);

    /// <summary>Keeps a schema. Keeping one that is there already counts as a use.</summary>
    /// <param name="database">Whose schema it is.</param>
    /// <param name="hash">Its name.</param>
    /// <param name="text">The text in UTF-8, read already and without errors.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DormouseException">
    /// <see cref="FailureKind.NotFound"/>: no such database. <see cref="FailureKind.ControlPlane"/>: the store is away.
    /// </exception>
    Task KeepAsync(DatabaseId database, SchemaHash hash, ReadOnlyMemory<byte> text, CancellationToken cancellationToken);

    /// <summary>Notes that a schema is still used, by an edge that has it in memory; now and then is enough.</summary>
    Task TouchAsync(DatabaseId database, SchemaHash hash, CancellationToken cancellationToken);
}
