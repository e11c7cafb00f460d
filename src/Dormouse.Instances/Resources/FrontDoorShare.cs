using Dormouse.Contracts;

namespace Dormouse.Instances.Resources;

/// <summary>
/// What a unit of the front door's work costs in processor time: the platform's own time between two looks over what it did for all databases. Much of what
/// the platform does besides is for nobody's request, so a unit costs so much at most.
/// </summary>
internal sealed class FrontDoorShare(DatabaseLoads loads, Func<TimeSpan> readPlatform)
{
    /// <summary>Of a query: twice and a half what one costs on an ordinary processor.</summary>
    private static readonly TimeSpan QueryMost = TimeSpan.FromMilliseconds(0.25);

    private (TimeSpan Platform, long Work) before;

    /// <summary>Since the last call. One caller at a time.</summary>
    public TimeSpan ReadUnit()
    {
        (TimeSpan Platform, long Work) now = (readPlatform(), loads.Work);
        (TimeSpan platform, long work) = (now.Platform - before.Platform, now.Work - before.Work);
        before = now;
        TimeSpan most = QueryMost / DatabaseLoad.QueryWork;
        return work > 0 && platform / work < most ? platform / work : most;
    }
}
