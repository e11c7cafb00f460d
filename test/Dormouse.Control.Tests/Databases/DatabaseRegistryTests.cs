using Dormouse.Contracts;
using Dormouse.Control.Databases;
using Dormouse.Control.Tests.Support;

namespace Dormouse.Control.Tests.Databases;

public sealed class DatabaseRegistryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_database_has_an_instance_and_a_key_that_opens_it()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();

        CreatedDatabase created = await control.Databases.CreateAsync("shop", null, null, Cancelled);

        Assert.Equal("running", created.Database.State);
        KeyGrant? grant = await control.Keys.FindAsync(created.First.ApiKey, Cancelled);
        Assert.Equal(new KeyGrant(created.Database.Id, created.First.Connection.Id), grant);
        Assert.Equal(created.Database.Id, (await control.Databases.GetAsync("SHOP", Cancelled)).Id);
        Assert.Equal("shop", (await control.Databases.GetAsync(created.Database.Id.ToString(), Cancelled)).Name);
    }

    [Fact]
    public async Task Of_many_that_make_a_database_of_one_name_at_once_one_succeeds_and_the_others_are_told()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();

        string?[] codes = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i => CodeOfAsync(() => control.Databases.CreateAsync(i % 2 == 0 ? "shop" : "Shop", null, null, Cancelled)))
        );

        Assert.Single(codes, code => code is null);
        Assert.Equal(7, codes.Count(code => code == "DM2015"));
        Assert.Single(await control.Databases.ListAsync(Cancelled));
        Assert.Single(control.Instances.List());
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("two words")]
    [InlineData("-begins-wrongly")]
    [InlineData("ümlaut")]
    [InlineData("new\nline")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData("db_0123456789abcdef")]
    [InlineData("CON_0123456789abcdef")]
    public async Task A_name_that_a_shell_or_a_person_would_stumble_over_is_refused(string? name)
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();

        Assert.Equal("DM2011", await CodeOfAsync(() => control.Databases.CreateAsync(name, null, null, Cancelled)));
    }

    [Fact]
    public async Task There_are_no_more_databases_than_allowed_however_many_are_asked_for_at_once()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync(databasesMax: 2);

        string?[] codes = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => CodeOfAsync(() => control.Databases.CreateAsync($"shop{i}", null, null, Cancelled)))
        );

        Assert.Equal(2, codes.Count(code => code is null));
        Assert.Equal(4, codes.Count(code => code == "DM2016"));
    }

    [Fact]
    public async Task A_creation_that_fails_leaves_nothing_behind()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        control.Instances.BeforeCreate = _ => throw new DormouseException(FailureKind.Compute, "DM3999", "No.");

        Assert.Equal("DM3999", await CodeOfAsync(() => control.Databases.CreateAsync("shop", null, null, Cancelled)));

        Assert.Empty(await control.Databases.ListAsync(Cancelled));
        Assert.Equal(0, await control.QueryStoreAsync<long>("select count(*) from dormouse.connection_keys"));
        control.Instances.BeforeCreate = _ => Task.CompletedTask;
        await control.Databases.CreateAsync("shop", null, null, Cancelled);
    }

    [Fact]
    public async Task A_script_that_fails_at_the_creation_undoes_it()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();

        Assert.Equal("DM2022", await CodeOfAsync(() => control.Databases.CreateAsync("shop", null, "selec 1", Cancelled)));

        Assert.Empty(await control.Databases.ListAsync(Cancelled));
        Assert.Empty(control.Instances.List());
    }

    [Fact]
    public async Task A_creation_that_a_crash_cut_short_is_undone_at_the_next_start()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        var died = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        control.Instances.BeforeCreate = async _ =>
        {
            reached.SetResult();
            await died.Task;
        };
        Task<CreatedDatabase> creation = control.Databases.CreateAsync("shop", null, null, Cancelled);
        await reached.Task;

        await using ControlUnderTest next = await control.RestartAsync();

        Assert.Empty(await next.Databases.ListAsync(Cancelled));
        Assert.Empty(next.Instances.List());
        died.SetException(new InvalidOperationException("The process that would have gone on is gone."));
        await Assert.ThrowsAsync<InvalidOperationException>(() => creation);
    }

    [Fact]
    public async Task A_removal_that_a_crash_cut_short_ends_the_keys_at_once_and_is_finished_at_the_next_start()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase created = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        control.Instances.BeforeDelete = _ => throw new InvalidOperationException("The process dies here.");
        await Assert.ThrowsAsync<InvalidOperationException>(() => control.Databases.DeleteAsync(created.Database.Id, Cancelled));
        Assert.Null(await control.Keys.FindAsync(created.First.ApiKey, Cancelled));
        Assert.Equal("deleting", (await control.Databases.GetAsync("shop", Cancelled)).State);
        control.Instances.BeforeDelete = _ => Task.CompletedTask;

        await using ControlUnderTest next = await control.RestartAsync();

        Assert.Empty(await next.Databases.ListAsync(Cancelled));
        Assert.Empty(next.Instances.List());
    }

    [Fact]
    public async Task An_instance_that_no_row_names_is_left_alone_at_the_start()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        var orphan = DatabaseId.New();
        await control.Instances.CreateAsync(orphan, Cancelled);

        await using ControlUnderTest next = await control.RestartAsync();

        Assert.NotNull(next.Instances.Find(orphan));
    }

    [Fact]
    public async Task A_database_whose_instance_is_gone_is_shown_as_missing_and_can_be_deleted()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        CreatedDatabase created = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        await control.Instances.DeleteAsync(created.Database.Id, Cancelled);

        Assert.Equal("missing", (await control.Databases.GetAsync("shop", Cancelled)).State);

        await control.Databases.DeleteAsync(created.Database.Id, Cancelled);
        Assert.Equal("DM2010", await CodeOfAsync(() => control.Databases.GetAsync("shop", Cancelled)));
        Assert.Equal("DM2010", await CodeOfAsync(() => control.Databases.DeleteAsync(created.Database.Id, Cancelled)));
    }

    [Fact]
    public async Task A_database_is_made_in_its_class_and_what_it_may_become_is_the_platforms_if_nothing_is_said()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();

        CreatedDatabase plain = await control.Databases.CreateAsync("shop", null, null, Cancelled);
        var asked = new AskedClass(InstanceClass.Medium, InstanceClass.Large);
        CreatedDatabase larger = await control.Databases.CreateAsync("mall", null, null, Cancelled, asked);

        Assert.Equal(ClassRange.Smallest, control.Instances.Find(plain.Database.Id)!.Size.Range);
        Assert.Equal(new ClassRange(InstanceClass.Medium, InstanceClass.Large), control.Instances.Find(larger.Database.Id)!.Size.Range);
        Assert.Equal(asked, (await control.Databases.GetAsync("mall", Cancelled)).Class);
        Assert.Equal(new AskedClass(InstanceClass.Small, null), (await control.Databases.GetAsync("shop", Cancelled)).Class);
    }

    [Fact]
    public async Task What_is_asked_of_a_size_adds_up()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId id = (await control.Databases.CreateAsync("shop", null, null, Cancelled)).Database.Id;

        await ResizeAsync(control, null, InstanceClass.Large);
        Assert.Equal(new ClassRange(InstanceClass.Small, InstanceClass.Large), control.Instances.Find(id)!.Size.Range);
        Assert.Equal(InstanceClass.Small, control.Instances.Find(id)!.Size.Now);

        await ResizeAsync(control, InstanceClass.Medium, null);
        Assert.Equal(new ClassRange(InstanceClass.Medium, InstanceClass.Large), control.Instances.Find(id)!.Size.Range);
        Assert.Equal(InstanceClass.Medium, control.Instances.Find(id)!.Size.Now);
    }

    [Fact]
    public async Task A_change_of_class_that_a_crash_cut_short_is_made_at_the_next_start()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId id = (await control.Databases.CreateAsync("shop", null, null, Cancelled)).Database.Id;
        control.Instances.BeforeResize = _ => throw new InvalidOperationException("The process dies here.");
        await Assert.ThrowsAsync<InvalidOperationException>(() => ResizeAsync(control, InstanceClass.Large, null));
        Assert.Equal(InstanceClass.Small, control.Instances.Find(id)!.Size.Now);
        control.Instances.BeforeResize = _ => Task.CompletedTask;

        await using ControlUnderTest next = await control.RestartAsync();

        Assert.Equal(InstanceClass.Large, next.Instances.Find(id)!.Size.Now);
        Assert.Equal(InstanceClass.Large, (await next.Databases.GetAsync("shop", Cancelled)).Class.Least);
    }

    private static async Task ResizeAsync(ControlUnderTest control, InstanceClass? least, InstanceClass? most) =>
        await control.Databases.ResizeAsync(await control.Databases.GetAsync("shop", Cancelled), least, most, Cancelled);

    private static async Task<string?> CodeOfAsync(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (DormouseException exception)
        {
            return exception.Code;
        }
    }
}
