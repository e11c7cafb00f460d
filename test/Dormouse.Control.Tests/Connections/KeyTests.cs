using Dormouse.Contracts;
using Dormouse.Control.Connections;
using Dormouse.Control.Databases;
using Dormouse.Control.Tests.Support;

namespace Dormouse.Control.Tests.Connections;

public sealed class KeyTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_that_was_seen_before_is_answered_without_waiting()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        await control.Keys.FindAsync(shop.First.ApiKey, Cancelled);

        ValueTask<KeyGrant?> second = control.Keys.FindAsync(shop.First.ApiKey, Cancelled);

        Assert.True(second.IsCompletedSuccessfully);
        Assert.Equal(shop.Database.Id, (await second)!.Database);
    }

    [Fact]
    public async Task A_key_needs_no_escaping_in_a_url_and_is_in_the_store_in_no_form_that_gives_it_back()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);

        Assert.Equal(shop.First.ApiKey, Uri.EscapeDataString(shop.First.ApiKey));
        string? row = await control.QueryStoreAsync<string>("select string_agg(k::text, '') from dormouse.connection_keys k");
        Assert.DoesNotContain(shop.First.ApiKey[12..], row!, StringComparison.Ordinal);
        Assert.Contains("SCRAM-SHA-256$", row!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("dm_1_")]
    [InlineData("dm_1_0123456789012345678901234567890123456789012")]
    [InlineData("dm_2_012345678901234567890123456789012345678901")]
    [InlineData("dm_1_01234567890123456789012345678901234567890 ")]
    public async Task What_is_no_key_is_unknown(string text)
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();

        Assert.Null(await control.Keys.FindAsync(text, Cancelled));
    }

    [Fact]
    public async Task A_key_that_the_store_does_not_know_is_remembered_as_unknown_for_a_moment_and_asked_for_again_after_it()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        await control.Databases.CreateAsync("shop", null, null, Cancelled);
        string restored = ApiKey.New();
        Assert.Null(await control.Keys.FindAsync(restored, Cancelled));

        // As if a copy of the store that knows the key was brought back.
        Assert.True(KeyHash.TryCompute(restored, control.Pepper, out KeyHash hash));
        string hex = Convert.ToHexString(hash.ToArray());
        await control.QueryStoreAsync<object>($"update dormouse.connection_keys set key_hash = decode('{hex}', 'hex')");

        Assert.Null(await control.Keys.FindAsync(restored, Cancelled));
        control.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull(await control.Keys.FindAsync(restored, Cancelled));
    }

    [Fact]
    public async Task A_rotation_lets_both_keys_in_until_the_overlap_ends_to_the_instant()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        string first = shop.First.ApiKey;
        await control.Keys.FindAsync(first, Cancelled);

        IssuedConnection rotated = await control.Connections.RotateAsync(shop.First.Connection.Id, Hour, Cancelled);

        Assert.Equal(2, rotated.Connection.Keys.Count);
        Assert.NotNull(await control.Keys.FindAsync(first, Cancelled));
        Assert.NotNull(await control.Keys.FindAsync(rotated.ApiKey, Cancelled));
        control.Time.Advance(Hour - TimeSpan.FromTicks(1));
        Assert.NotNull(await control.Keys.FindAsync(first, Cancelled));
        control.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(await control.Keys.FindAsync(first, Cancelled));
        Assert.NotNull(await control.Keys.FindAsync(rotated.ApiKey, Cancelled));
        Assert.Single((await control.Connections.GetAsync(shop.First.Connection.Id, Cancelled)).Keys);
    }

    [Fact]
    public async Task A_second_rotation_within_the_overlap_ends_the_oldest_key_at_once()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        ConnectionId id = shop.First.Connection.Id;
        control.Time.Advance(TimeSpan.FromSeconds(1));
        IssuedConnection second = await control.Connections.RotateAsync(id, Hour, Cancelled);
        Assert.NotNull(await control.Keys.FindAsync(shop.First.ApiKey, Cancelled));
        control.Time.Advance(TimeSpan.FromSeconds(1));

        IssuedConnection third = await control.Connections.RotateAsync(id, Hour, Cancelled);

        Assert.Null(await control.Keys.FindAsync(shop.First.ApiKey, Cancelled));
        Assert.NotNull(await control.Keys.FindAsync(second.ApiKey, Cancelled));
        Assert.NotNull(await control.Keys.FindAsync(third.ApiKey, Cancelled));
    }

    [Fact]
    public async Task A_rotation_without_overlap_ends_the_old_key_at_once()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        await control.Keys.FindAsync(shop.First.ApiKey, Cancelled);

        IssuedConnection rotated = await control.Connections.RotateAsync(shop.First.Connection.Id, TimeSpan.Zero, Cancelled);

        Assert.Null(await control.Keys.FindAsync(shop.First.ApiKey, Cancelled));
        Assert.NotNull(await control.Keys.FindAsync(rotated.ApiKey, Cancelled));
    }

    [Fact]
    public async Task A_deleted_connection_ends_its_keys_at_once_and_those_of_others_stay()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        IssuedConnection other = await control.Connections.CreateAsync(shop.Database.Id, "other", null, Cancelled);
        await control.Keys.FindAsync(other.ApiKey, Cancelled);

        await control.Connections.DeleteAsync(other.Connection.Id, Cancelled);

        Assert.Null(await control.Keys.FindAsync(other.ApiKey, Cancelled));
        Assert.NotNull(await control.Keys.FindAsync(shop.First.ApiKey, Cancelled));
    }

    [Fact]
    public async Task A_key_with_a_lifetime_ends_by_itself_although_it_is_in_memory()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        IssuedConnection brief = await control.Connections.CreateAsync(shop.Database.Id, "brief", Hour, Cancelled);
        Assert.NotNull(await control.Keys.FindAsync(brief.ApiKey, Cancelled));

        control.Time.Advance(Hour);

        Assert.Null(await control.Keys.FindAsync(brief.ApiKey, Cancelled));
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("rotated")]
    [InlineData("expired")]
    [InlineData("another's end")]
    public async Task What_was_found_for_a_key_holds_until_it_ends_and_is_found_again_where_another_ends(string end)
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        IssuedConnection other = await control.Connections.CreateAsync(shop.Database.Id, "other", null, Cancelled);
        IssuedConnection brief = await control.Connections.CreateAsync(shop.Database.Id, "brief", Hour, Cancelled);
        await control.Keys.FindAsync(brief.ApiKey, Cancelled);
        Assert.True(control.Keys.TryFindKnown(brief.ApiKey, out KnownKey known));
        Assert.Equal((shop.Database.Id, brief.Connection.Id), (known.Grant.Database, known.Grant.Connection));
        Assert.True(control.Keys.Holds(known));

        switch (end)
        {
            case "deleted":
                await control.Connections.DeleteAsync(brief.Connection.Id, Cancelled);
                break;
            case "rotated":
                await control.Connections.RotateAsync(brief.Connection.Id, TimeSpan.Zero, Cancelled);
                break;
            case "expired":
                control.Time.Advance(Hour);
                break;
            default:
                await control.Connections.DeleteAsync(other.Connection.Id, Cancelled);
                break;
        }

        Assert.False(control.Keys.Holds(known));
        bool isLeft = end == "another's end";
        Assert.Equal(isLeft, control.Keys.TryFindKnown(brief.ApiKey, out known));
        Assert.Equal(isLeft, control.Keys.Holds(known));
    }

    [Fact]
    public async Task Names_of_connections_are_unique_in_a_database_and_their_number_is_bounded()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", "app", null, Cancelled);
        DatabaseId id = shop.Database.Id;

        var taken = await Assert.ThrowsAsync<DormouseException>(() => control.Connections.CreateAsync(id, "APP", null, Cancelled));
        Assert.Equal("DM2013", taken.Code);
        await control.Connections.CreateAsync(id, "two", null, Cancelled);
        await control.Connections.CreateAsync(id, "three", null, Cancelled);
        var full = await Assert.ThrowsAsync<DormouseException>(() => control.Connections.CreateAsync(id, "four", null, Cancelled));
        Assert.Equal("DM2014", full.Code);
        Assert.Equal(["app", "three", "two"], (await control.Connections.ListAsync(id, Cancelled)).Select(found => found.Name).Order());
    }

    [Fact]
    public async Task Keys_work_after_a_restart_and_a_wrong_pepper_is_refused_instead_of_forgetting_them()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase shop = await control.Databases.CreateAsync("shop", null, null, Cancelled);

        await using ControlUnderTest next = await control.RestartAsync();
        Assert.NotNull(await next.Keys.FindAsync(shop.First.ApiKey, Cancelled));

        var failure = await Assert.ThrowsAsync<DormouseException>(() => control.RestartAsync(new byte[32]));
        Assert.Equal("DM2004", failure.Code);
    }
}
