namespace Dormouse.Bench.Drivers;

/// <summary>A side of the comparison. Every cell of every row is read; rented and returned per statement.</summary>
internal interface IDriver : IAsyncDisposable
{
    string Name { get; }

    /// <param name="query">The statement.</param>
    /// <param name="value">Its first parameter.</param>
    /// <param name="worker">Who asks: one call at a time for each.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask RunAsync(DriverQuery query, int value, int worker, CancellationToken cancellationToken);

    /// <summary>Opens a connection, asks once, closes it; returns the milliseconds to the answer.</summary>
    Task<double> FirstQueryOfNewConnectionAsync(CancellationToken cancellationToken);
}
