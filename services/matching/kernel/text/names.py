"""Words that say who somebody is (frequent names, gendered words), and everyday words that do not.

Folded spelling (ae, oe, aa). Names beyond these are recognised by their capital letter.
"""

NAMES = frozenset(
    """
    abdi abdul ahmad ahmed aisha alberte aleksander alexander ali alma amalie amanda amina amir anders andreas andrzej ane
    anita ann anna anne annette annemarie anni anton arne asger asta astrid august aya barbara bent bente benjamin bilal
    birgit birgitte birte birthe bjarne bo bodil brian britta camilla carl carsten caroline casper cecilie charlotte
    christian christina christine christoffer claus clara connie daniel david dennis dorte dorthe ebbe ella ellen elif elin
    else emil emilie emily emma erik ernst esben eva fadi farah fatima fatma finn flemming frank frederik freja frida frode
    gitte grethe gudrun gunnar hanna hanne hans hassan hasan heidi helen helena helene helle henning henrik henriette henry
    hussein ibrahim ida inge ingeborg inger ingrid irene isabella ismail ivan jacob jack jakob jakub james jan jane janne
    jens jeppe jesper jette jim joan johan johanna johanne johannes john johnny jonas jorgen joergen josefine julie julia
    jytte kaj karen karin karina karl karla kasper katarzyna katrine kenneth kent khaled kim kirsten kirstine kjeld klaus
    knud kristian kristina kristine kurt lars lasse laura laurits layla lea leif leila lena lene lilly linda line lis lisa
    lisbeth liselotte lone lotte louise lucas luna lucia ludvig mads magnus mahmoud maja malene malthe malou mai marcus maria
    mariam mariann marianne marie mark markus martin mary mathias mathilde mehmet merete mette michael michelle mikael mikkel
    mia mohamad mohamed mohammad mohammed mona monika morten mustafa naja nanna natasha nicklas nicolai nicole niels nikolaj
    noah noor nour nina oliver olivia ole olga omar oscar oskar osman otto pawel peder pelle per pernille pia piotr poul
    preben rasmus rene richard rikke robert rosa ruth said samira sanne sara sarah sebastian selma signe simon sofia sofie
    soeren soren stefan steen stig stine susan susanne svend sven tanja thea thomas tim tina tobias tom tommy torben tove trine
    troels ulla ulrik valdemar vera vibeke victor victoria viktor viggo villads vivian werner william yasmin youssef yusuf
    zahra zainab aage
    andersen christensen christiansen hansen jensen jepsen jeppesen jakobsen jacobsen jespersen johansen johnson joergensen
    kristensen kristiansen knudsen larsen laursen lauridsen lund madsen mikkelsen mogensen mortensen moeller nielsen nguyen
    nissen olesen olsen pedersen petersen poulsen rasmussen schmidt simonsen smith svendsen soerensen thomsen thygesen
    winther yilmaz kowalski nowak oestergaard noergaard
    """.split()
)
GENDERED = frozenset(
    """
    mand mands manden mandens maend maendene kvinde kvinden kvindes kvinder kvinderne han hun ham hende hans hendes hr herr fru
    froeken frk pige pigen piger dreng drengen drenge far faderen mor moderen mandlig mandlige kvindelig kvindelige mandligt
    kvindeligt aegtemand hustru hustruen kone konen enke enkemand husmor husfar datter datteren soen soennen bror soester
    bedstemor bedstefar gravid barsel barselsorlov herre dame herren damen femi
    man men woman women he she him her his hers himself herself mr mrs ms miss sir madam male female males females girl girls
    boy boys father mother husband wife son sons daughter daughters brother sister lady ladies gentleman gentlemen widow
    widower pregnant maternity paternity
    """.split()
)
EVERYDAY = frozenset(
    """
    jeg du vi de i det den der dette disse en et er var har havde have vaere bliver blev skal kan vil maa boer og eller men at
    som for fra til med uden om ved paa af under over efter foer siden hvor hvad hvis naar mens da ogsaa ikke mere mest meget
    mange alle min mit mine din dit dine vores jeres deres sin sit sine erfaring erfaren uddannet uddannelse arbejde arbejder
    arbejdede arbejdet job stilling stillingen opgaver kompetencer ansvar ansvarlig soeger soegte soeges oensker tilbyder
    kendskab koerekort kursus kurser certifikat sprog dansk engelsk tysk svensk norsk fransk spansk arabisk polsk flydende
    modersmaal timer ugen uge dag dage aften nat weekend fuldtid deltid vikar kunder kunde daglig leder ledelse ansat virksomhed
    profil resume cv personligt faglig fagligt udvikling aar tidligere nuvaerende derudover desuden ligeledes samt god godt gode
    the a an and or but of to in on at by with without for from is are was were be been being have has had having do does did
    will would shall should can could may might must i we you they it this that these those my our your their its not more most
    very many all some any experience experienced educated education work worked working job position tasks skills responsible
    responsibilities seeking wanted looking offer knowledge licence license driving course courses certificate language
    languages danish english german swedish norwegian french spanish arabic polish fluent native hours week day evening night
    weekend full part time temporary customers customer daily leader manager management employed company profile summary
    personal professional development years year previous previously current currently also as well good
    excel word office outlook powerpoint windows linux python java javascript typescript sql sap navision dynamics autocad
    photoshop indesign react docker kubernetes azure aws git html css power bi scrum agile iso haccp mag tig mig sosu it ict hr
    c cnc plc crm erp b be ce
    """.split()
)
