namespace Dormouse.Bench.Drivers;

/// <summary>A side of the comparison. Every cell of every row is read; rented and returned per statement.</summary>
internal interface IDriver : IAsyncDisposable
{
    string Name { get; }

    ValueTask RunAsync(DriverQuery query, int value, CancellationToken cancellationToken);

    /// <summary>Opens a connection, asks once, closes it; returns the milliseconds to the answer.</summary>
    Task<double> FirstQueryOfNewConnectionAsync(CancellationToken cancellationToken);
}
