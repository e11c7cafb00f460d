using Dormouse.Contracts;
using Dormouse.Instances.Resources;

namespace Dormouse.Instances.Tests.Resources;

public sealed class FrontDoorShareTests
{
    private readonly DatabaseLoads loads = new();
    private TimeSpan platform = TimeSpan.FromSeconds(100);

    [Fact]
    public void The_platforms_time_is_shared_by_what_was_done_for_whom()
    {
        var share = new FrontDoorShare(loads, () => platform);
        _ = share.ReadUnit();

        Queries(DatabaseId.New(), 900);
        Hits(DatabaseId.New(), 1000);
        platform += TimeSpan.FromMilliseconds(100);

        Assert.Equal(0.01, share.ReadUnit().TotalMilliseconds, 3);
    }

    [Fact]
    public void Nobody_is_charged_for_what_the_platform_does_on_its_own()
    {
        var share = new FrontDoorShare(loads, () => platform);
        _ = share.ReadUnit();

        Queries(DatabaseId.New(), 1);
        platform += TimeSpan.FromSeconds(1);

        Assert.Equal(0.25, DatabaseLoad.QueryWork * share.ReadUnit().TotalMilliseconds, 3);
        Assert.Equal(0.25, DatabaseLoad.QueryWork * share.ReadUnit().TotalMilliseconds, 3);
    }

    private void Queries(DatabaseId database, int count)
    {
        for (int i = 0; i < count; i++)
        {
            loads.Of(database).CountQuery();
        }
    }

    private void Hits(DatabaseId database, int count)
    {
        for (int i = 0; i < count; i++)
        {
            loads.Of(database).CountHit();
        }
    }
}
