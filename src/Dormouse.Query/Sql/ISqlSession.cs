using Dormouse.Query.Rows;

namespace Dormouse.Query.Sql;

/// <summary>
/// What the interpreter needs of a database: one connection, used by one run at a time.
/// An error that PostgreSQL reports is thrown as <see cref="Failures.DatabaseErrorException"/>; everything else passes through untouched.
/// </summary>
public interface ISqlSession
{
    /// <summary>True while the connection is inside a transaction, whoever began it.</summary>
    bool InTransaction { get; }

    /// <summary>Runs a statement and appends its rows to <paramref name="rows"/> (<see cref="RowTable.Begin"/>, then <see cref="RowTable.AddRow"/>).</summary>
    ValueTask QueryAsync(SqlStatement statement, RowTable rows, CancellationToken cancellationToken);

    /// <summary>Runs a statement and returns the number of affected rows; rows, if any, are discarded.</summary>
    ValueTask<long> ExecuteAsync(SqlStatement statement, CancellationToken cancellationToken);

    ValueTask BeginAsync(CancellationToken cancellationToken);

    ValueTask CommitAsync(CancellationToken cancellationToken);

    /// <summary>Called only while <see cref="InTransaction"/> is true, after a failure.</summary>
    ValueTask RollbackAsync(CancellationToken cancellationToken);
}
