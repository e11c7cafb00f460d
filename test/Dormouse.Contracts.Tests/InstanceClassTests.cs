namespace Dormouse.Contracts.Tests;

public sealed class InstanceClassTests
{
    private static readonly ClassRange Wide = new(InstanceClass.Small, InstanceClass.Large);

    [Fact]
    public void Another_floor_is_the_class_from_now_on_and_another_ceiling_leaves_it_where_it_may_be()
    {
        InstanceSize grown = InstanceSize.Of(Wide) with { Now = InstanceClass.Large };

        Assert.Equal(InstanceClass.Medium, grown.Within(new ClassRange(InstanceClass.Medium, InstanceClass.Large), null).Now);
        Assert.Equal(InstanceClass.Large, grown.Within(Wide, null).Now);
        Assert.Equal(InstanceClass.Medium, grown.Within(new ClassRange(InstanceClass.Small, InstanceClass.Medium), null).Now);
        Assert.Equal(InstanceClass.Small, grown.Within(Wide, InstanceClass.Small).Now);
    }

    [Fact]
    public void What_it_was_started_with_stays_whatever_it_becomes()
    {
        InstanceSize size = InstanceSize.Smallest.Within(Wide, InstanceClass.Large);

        Assert.Equal(InstanceClass.Small, size.Started);
        Assert.True(size.IsPending);
    }

    [Fact]
    public void Words_are_read_as_they_are_written()
    {
        Assert.Equal(["small", "medium", "large"], InstanceClassWords.All);
        Assert.All(Enum.GetValues<InstanceClass>(), each => Assert.Equal(each, InstanceClassWords.Parse(InstanceClassWords.WordOf(each))));
        Assert.Null(InstanceClassWords.Parse("Small"));
        Assert.Null(InstanceClassWords.Parse("1"));
    }
}
