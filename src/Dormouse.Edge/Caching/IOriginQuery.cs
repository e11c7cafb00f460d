using Dormouse.Contracts;
using Dormouse.Edge.Limits;

namespace Dormouse.Edge.Caching;

/// <summary>
/// A request that was read, on its way to the database: each protocol has its own. It owns the request's body, and may outlive the
/// request, which a refresh in the background does. One thread at a time.
/// </summary>
internal interface IOriginQuery : IDisposable
{
    /// <summary>
    /// Reads the request as far as that needs no database. Called before all else; once more for a refresh, which may begin after it.
    /// </summary>
    /// <exception cref="DormouseException">It cannot be read.</exception>
    ValueTask PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Whether this does nothing but read, so that its answer may be kept. Decided by what it is, never by what a header says.</summary>
    bool MayBeCached { get; }

    QueryShape Shape { get; }

    /// <summary>Asks the database, within the time that a query may take.</summary>
    /// <param name="answer">Gets the answer.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits any more.</param>
    /// <returns>Whether the answer is a result; an error that travels as an answer is none, and is not kept.</returns>
    ValueTask<bool> WriteAnswerAsync(PooledBuffer answer, CancellationToken cancellationToken);
}
