using System.Net;
using Dormouse.Edge.Limits;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Limits;

public sealed class CallerTableTests
{
    private readonly ManualTimeProvider clock = new();

    [Fact]
    public void Each_caller_has_an_account_of_its_own()
    {
        var table = new CallerTable<int>(10, clock);

        Assert.Same(table.Get(1), table.Get(1));
        Assert.NotSame(table.Get(1), table.Get(2));
    }

    [Fact]
    public void A_full_table_forgets_who_is_idle_and_keeps_who_is_not()
    {
        var table = new CallerTable<int>(3, clock);
        Caller busy = table.Get(1);
        busy.InFlight = 1;
        Caller punished = table.Get(2);
        punished.FailedKeys = clock.GetTimestamp() + 1;
        table.Get(3);

        Caller added = table.Get(4);

        Assert.Equal(3, table.Count);
        Assert.Same(busy, table.Get(1));
        Assert.Same(punished, table.Get(2));
        Assert.Same(added, table.Get(4));
    }

    [Fact]
    public void Those_who_find_no_room_share_one_account()
    {
        var table = new CallerTable<int>(2, clock);
        table.Get(1).InFlight = 1;
        table.Get(2).Connections = 1;

        Assert.Same(table.Get(3), table.Get(4));
        Assert.Equal(2, table.Count);

        table.Get(1).InFlight = 0;
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Same(table.Get(5), table.Get(5));
        Assert.NotSame(table.Get(5), table.Get(6));
    }

    [Fact]
    public void A_million_addresses_take_no_more_room_than_there_is()
    {
        var table = new CallerTable<int>(1_000, clock);
        for (var caller = 0; caller < 1_000_000; caller++)
        {
            table.Get(caller).Requests = clock.GetTimestamp() + 1;
        }

        Assert.Equal(1_000, table.Count);
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("0.0.0.1", "::1:0:0:0:0", false)]
    public void An_address_of_IPv6_stands_for_its_network(string one, string other, bool same) =>
        Assert.Equal(same, ClientNetwork.Of(IPAddress.Parse(one)) == ClientNetwork.Of(IPAddress.Parse(other)));
}
