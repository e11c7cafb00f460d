namespace Dormouse.Edge.Limits;

/// <summary>What one request, one database and all of them together may take.</summary>
public sealed class RequestLimitOptions
{
    /// <summary>Largest request body. 16 MiB carries a bulk insert of the 32,766 parameters that a statement may have, at 500 bytes each.</summary>
    public int MaxBodyBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Queries in one batch of clients 5 and 6. A client merges what one turn of its loop asks for, and 5,000 look-ups in one turn are a list
    /// that wanted <c>in</c>; a transaction of 5,000 statements is a script.
    /// </summary>
    public int MaxBatchQueries { get; set; } = 5_000;

    /// <summary>
    /// Largest answer, and the most row data that one request may read on its way to it. 32 MiB is six times the customary 5 MB of
    /// the hosted service; more belongs into pages.
    /// </summary>
    public int MaxAnswerBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>
    /// Bodies and answers held at once, over all requests, in bytes above the small buffers that each request has anyway. 512 MiB
    /// lets 16 of the largest answers be made at once; what comes then is told to try again.
    /// </summary>
    public long MaxBufferedBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>Requests of one database in flight, the ones that wait for a connection included. One app rarely has a hundred.</summary>
    public int MaxRequestsPerDatabase { get; set; } = 1_000;

    /// <summary>Requests in flight over all databases. At about 20 KiB each, 4,000 cost 80 MiB.</summary>
    public int MaxRequests { get; set; } = 4_000;

    /// <summary>
    /// From the body's arrival to the first byte of the answer, waking and waiting for a connection included. 60 s is the largest that the hosted
    /// service offers; no proxy on the way keeps a silent request much longer.
    /// </summary>
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Statements of one database that are refused in a second because it may not grow, before the answers come later; twice as many at once after a
    /// pause. An app that tells a person of it, or waits before it tries again, has fewer.
    /// </summary>
    public int RefusalsPerSecond { get; set; } = 20;

    /// <summary>How much later. Eight sockets that try again at once get 80 answers a second then, in place of some thousands.</summary>
    public TimeSpan RefusalPause { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long a query of a database that takes much of the host keeps the next one of the same database waiting at most. The platform's own work for a
    /// query takes a tenth of a millisecond; the largest answers take some. Who takes longer waits for PostgreSQL, and a thousand that wait for each other
    /// so are through after five seconds.
    /// </summary>
    public TimeSpan TurnTime { get; set; } = TimeSpan.FromMilliseconds(5);

    internal void Validate(List<string> errors)
    {
        if (MaxBodyBytes < 1024 || MaxAnswerBytes < 1024)
        {
            errors.Add("MaxBodyBytes and MaxAnswerBytes must be 1024 at least.");
        }
        if (MaxBatchQueries < 1)
        {
            errors.Add("MaxBatchQueries must be 1 at least.");
        }
        if (MaxBufferedBytes < (long)MaxBodyBytes + MaxAnswerBytes)
        {
            errors.Add($"MaxBufferedBytes is {MaxBufferedBytes}, less than one largest body and one largest answer together.");
        }
        if (MaxRequestsPerDatabase < 1 || MaxRequests < MaxRequestsPerDatabase)
        {
            errors.Add("MaxRequestsPerDatabase must be 1 at least and MaxRequests no less than it.");
        }
        if (QueryTimeout <= TimeSpan.Zero)
        {
            errors.Add("QueryTimeout must be above zero.");
        }
        if (TurnTime < TimeSpan.FromMilliseconds(1))
        {
            errors.Add("TurnTime must be a millisecond at least.");
        }
        if (RefusalsPerSecond < 1 || RefusalPause < TimeSpan.Zero || RefusalPause > QueryTimeout)
        {
            errors.Add("RefusalsPerSecond must be 1 at least, and RefusalPause from zero to QueryTimeout.");
        }
    }
}
